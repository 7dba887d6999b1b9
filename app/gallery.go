package app

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"

	"hanout/sandbox/page"
)

// galleryFiles are golden files: TestConversations writes what every script shows in
// both languages, and fails when it is another.
//
//go:embed gallery/*.json
var galleryFiles embed.FS

// gallery reads the chapters by name.
func gallery(from fs.FS) ([]page.Chapter, error) {
	files, err := fs.ReadDir(from, "gallery")
	if err != nil {
		return nil, fmt.Errorf("gallery: %w", err)
	}
	all := make([]page.Chapter, len(files))
	for i, f := range files {
		b, err := fs.ReadFile(from, "gallery/"+f.Name())
		if err != nil {
			return nil, fmt.Errorf("gallery: %w", err)
		}
		if err := json.Unmarshal(b, &all[i]); err != nil {
			return nil, fmt.Errorf("gallery: %s: %w", f.Name(), err)
		}
	}
	return all, nil
}
