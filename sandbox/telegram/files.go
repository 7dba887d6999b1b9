package telegram

import (
	"bytes"
	"cmp"
	"fmt"
	"image"
	_ "image/gif"
	_ "image/jpeg"
	_ "image/png"
	"mime"
	"net/http"
	"path/filepath"
	"strings"
)

const (
	maxPhotoBytes = 10 << 20
	maxPhotoSides = 10_000 // width and height together
	maxPhotoRatio = 20
)

// file is something uploaded.
type file struct {
	id      string
	unique  string
	name    string
	mime    string
	path    string
	data    []byte
	isPhoto bool
	width   int // of a photo
	height  int
}

// attached finds the file of a parameter, which is an upload, "attach://" and an upload's name, or the ID of a file
// sent before. Addresses are not fetched.
func (s *Server) attached(p *params, name, value string, photo bool) (*file, *failure) {
	part, isAttached := strings.CutPrefix(value, "attach://")
	if !isAttached {
		part = name
	}
	up, uploaded := p.uploads[part]
	if !uploaded || (value != "" && !isAttached) {
		return s.known(value, name, photo)
	}
	if len(up.data) == 0 {
		return nil, bad("file must be non-empty")
	}
	return s.store(up, photo)
}

func (s *Server) known(id, name string, photo bool) (*file, *failure) {
	f := s.files[id]
	switch {
	case id == "":
		return nil, bad("there is no " + name + " in the request")
	case f == nil:
		return nil, bad("wrong file identifier/HTTP URL specified")
	case photo && !f.isPhoto:
		return nil, bad("can't use file of type Document as Photo")
	case !photo && f.isPhoto:
		return nil, bad("can't use file of type Photo as Document")
	}
	return f, nil
}

func (s *Server) store(up upload, photo bool) (*file, *failure) {
	n := len(s.files) + 1
	f := &file{
		id:      fmt.Sprintf("BQACAgQAAxkBAAI%08x", n),
		unique:  fmt.Sprintf("AgADuniq%08x", n),
		name:    filepath.Base(up.name),
		data:    up.data,
		isPhoto: photo,
	}
	extension := strings.ToLower(filepath.Ext(f.name))
	f.path = fmt.Sprintf("documents/file_%d%s", n, extension)
	f.mime = cmp.Or(mime.TypeByExtension(extension), http.DetectContentType(up.data))
	if photo {
		config, format, err := image.DecodeConfig(bytes.NewReader(up.data))
		switch {
		case len(up.data) > maxPhotoBytes:
			return nil, bad("file is too big")
		case err != nil:
			return nil, bad("IMAGE_PROCESS_FAILED")
		case config.Width+config.Height > maxPhotoSides,
			max(config.Width, config.Height) > maxPhotoRatio*min(config.Width, config.Height):
			return nil, bad("PHOTO_INVALID_DIMENSIONS")
		}
		f.id = fmt.Sprintf("AgACAgQAAxkBAAI%08x", n)
		f.path = fmt.Sprintf("photos/file_%d.%s", n, format)
		f.mime = "image/" + format
		f.width, f.height = config.Width, config.Height
	}
	s.files[f.id] = f
	return f, nil
}

// hang puts a file into a message, in place of what was there.
func (f *file) hang(m *Message) {
	m.Photo, m.Document = nil, nil
	if f.isPhoto {
		m.Photo = []PhotoSize{{FileID: f.id, FileUniqueID: f.unique, Width: f.width, Height: f.height, FileSize: len(f.data)}}
		return
	}
	m.Document = &Document{FileID: f.id, FileUniqueID: f.unique, FileName: f.name, MimeType: f.mime, FileSize: len(f.data)}
}

func (s *Server) getFile(p *params) (any, *failure) {
	f := s.files[p.text("file_id")]
	if f == nil {
		return nil, bad("invalid file_id")
	}
	return map[string]any{"file_id": f.id, "file_unique_id": f.unique, "file_size": len(f.data), "file_path": f.path}, nil
}

// serveFile answers /file/bot<token>/<path>.
func (s *Server) serveFile(w http.ResponseWriter, r *http.Request, path string) {
	token, path, _ := strings.Cut(path, "/")
	if token != s.options.Token {
		s.refuse(w, "file", &failure{code: 401, text: "Unauthorized"})
		return
	}
	s.mu.Lock()
	var found *file
	for _, f := range s.files {
		if f.path == path {
			found = f
		}
	}
	s.mu.Unlock()
	if found == nil {
		s.refuse(w, "file", &failure{code: 404, text: "Not Found"})
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	_, _ = w.Write(found.data)
}
