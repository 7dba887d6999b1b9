//go:build browser

// Package browsertest drives Debian's chromium for the tests of the page.
package browsertest

import (
	"context"
	"fmt"
	"os/exec"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/chromedp"
)

// Start runs a browser with an empty profile in a folder, until stop. Tests
// open windows in it with chromedp.WithNewBrowserContext.
func Start(profile string) (chromium context.Context, stop func(), err error) {
	path, err := exec.LookPath("chromium")
	if err != nil {
		return nil, nil, fmt.Errorf("these tests drive Debian's chromium, which is not installed: %w", err)
	}
	allocator, freeAllocator := chromedp.NewExecAllocator(context.Background(),
		chromedp.ExecPath(path), chromedp.UserDataDir(profile),
		chromedp.Flag("headless", true), chromedp.Flag("no-sandbox", true), chromedp.Flag("disable-gpu", true),
		chromedp.Flag("disable-quic", true), chromedp.Flag("no-first-run", true), chromedp.Flag("disable-sync", true),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("hide-scrollbars", true))
	chromium, free := chromedp.NewContext(allocator)
	stop = func() {
		_ = chromedp.Cancel(chromium)
		free()
		freeAllocator()
	}
	if err := chromedp.Do(chromium); err != nil {
		stop()
		return nil, nil, fmt.Errorf("chromium does not start: %w", err)
	}
	return chromium, stop, nil
}

// Call is a command of the DevTools protocol as a step.
func Call[P, R any](command cdp.Command[P, R], params P) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, command, params)
		return err
	})
}
