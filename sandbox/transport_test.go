package sandbox_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"hanout/sandbox"
)

func get(t *testing.T, ctx context.Context, h http.HandlerFunc) (*http.Response, error) {
	t.Helper()
	r, err := http.NewRequestWithContext(ctx, "POST", "http://service.test/a/b?c=d", strings.NewReader("body"))
	if err != nil {
		t.Fatal(err)
	}
	return (&http.Client{Transport: sandbox.InProcess(h)}).Do(r)
}

func TestInProcessCarriesRequestAndAnswer(t *testing.T) {
	answer, err := get(t, t.Context(), func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("X-Seen", r.Host+r.RequestURI)
		w.WriteHeader(http.StatusTeapot)
		w.Header().Set("X-Late", "after the header was sent")
		_, _ = w.Write(body)
	})
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, _ := io.ReadAll(answer.Body)
	if answer.StatusCode != http.StatusTeapot || string(body) != "body" || answer.ContentLength != 4 {
		t.Errorf("got %d %q, length %d", answer.StatusCode, body, answer.ContentLength)
	}
	if got := answer.Header.Get("X-Seen"); got != "service.test/a/b?c=d" {
		t.Errorf("the handler saw %q", got)
	}
	if answer.Header.Get("X-Late") != "" {
		t.Error("a header set after the first write was sent")
	}
}

func TestInProcessSilentHandlerIsOK(t *testing.T) {
	answer, err := get(t, t.Context(), func(http.ResponseWriter, *http.Request) {})
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.Status != "200 OK" || answer.StatusCode != http.StatusOK || answer.Header == nil {
		t.Errorf("got %q, header %v", answer.Status, answer.Header)
	}
}

func TestInProcessBrokenConnection(t *testing.T) {
	_, err := get(t, t.Context(), func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	if !errors.Is(err, sandbox.ErrBroken) {
		t.Errorf("got %v, want ErrBroken", err)
	}
}

func TestInProcessHandlerPanicReachesCaller(t *testing.T) {
	defer func() {
		if p := recover(); p != "a bug" {
			t.Errorf("recovered %v", p)
		}
	}()
	_, _ = get(t, t.Context(), func(http.ResponseWriter, *http.Request) { panic("a bug") })
	t.Error("no panic")
}

func TestInProcessDrainsUnreadBody(t *testing.T) {
	from, to := io.Pipe()
	written := make(chan error, 1)
	go func() {
		_, err := to.Write(make([]byte, 100_000))
		_ = to.Close()
		written <- err
	}()
	r, _ := http.NewRequest("POST", "http://service.test/", from)
	answer, err := sandbox.InProcess(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})).RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	if err := <-written; err != nil {
		t.Errorf("the writer of the body got %v", err)
	}
}

func TestInProcessEndsWithTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		begun := time.Now()
		released := false
		_, err := get(t, ctx, func(_ http.ResponseWriter, r *http.Request) {
			<-r.Context().Done()
			released = true
		})
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(begun) != time.Minute {
			t.Errorf("got %v after %v", err, time.Since(begun))
		}
		synctest.Wait()
		if !released {
			t.Error("the handler was not told")
		}
	})
}

func TestInProcessRefusesAnEndedContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := get(t, ctx, func(http.ResponseWriter, *http.Request) { t.Error("called") })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
