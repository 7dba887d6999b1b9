// Package sandbox holds what the fake services have in common: a way to call them without a network.
package sandbox

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
)

// ErrBroken is the error of a request whose handler broke the connection by panicking with http.ErrAbortHandler.
var ErrBroken = errors.New("connection reset by peer")

// InProcess carries requests straight to h, in the caller's goroutines and without sockets, so that it works inside a
// testing/synctest bubble. An answer is given once h has returned. When the request's context ends first, so does the
// round trip; h sees the same context and is expected to return soon. A panic with http.ErrAbortHandler is an
// [ErrBroken] for the caller.
func InProcess(h http.Handler) http.RoundTripper {
	return inProcess{h}
}

type inProcess struct{ handler http.Handler }

func (t inProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := r.Context().Err(); err != nil {
		closeBody(r)
		return nil, err
	}
	in := r.Clone(r.Context())
	in.RequestURI = r.URL.RequestURI()
	in.RemoteAddr = "127.0.0.1:1"
	if in.Host == "" {
		in.Host = r.URL.Host
	}
	if in.Body == nil {
		in.Body = http.NoBody
	}
	done := make(chan outcome, 1)
	go t.serve(in, done)
	select {
	case o := <-done:
		closeBody(r)
		if o.panicked != nil {
			panic(o.panicked)
		}
		return o.response(r)
	case <-r.Context().Done():
		closeBody(r)
		return nil, r.Context().Err()
	}
}

// serve runs the handler and drains what it left of the body, so that a writer on the other side ends.
func (t inProcess) serve(r *http.Request, done chan<- outcome) {
	w := &recorder{header: http.Header{}}
	o := outcome{recorder: w}
	defer func() {
		switch p := recover(); p {
		case nil:
		case http.ErrAbortHandler:
			o.broken = true
		default:
			o.panicked = p
		}
		done <- o
	}()
	t.handler.ServeHTTP(w, r)
	_, _ = io.Copy(io.Discard, r.Body)
}

func closeBody(r *http.Request) {
	if r.Body != nil {
		_ = r.Body.Close()
	}
}

type outcome struct {
	recorder *recorder
	broken   bool
	panicked any
}

func (o outcome) response(r *http.Request) (*http.Response, error) {
	if o.broken {
		return nil, ErrBroken
	}
	w := o.recorder
	w.WriteHeader(http.StatusOK)
	return &http.Response{
		Status:        fmt.Sprintf("%d %s", w.status, http.StatusText(w.status)),
		StatusCode:    w.status,
		Proto:         "HTTP/1.1",
		ProtoMajor:    1,
		ProtoMinor:    1,
		Header:        w.sent,
		Body:          io.NopCloser(bytes.NewReader(w.body.Bytes())),
		ContentLength: int64(w.body.Len()),
		Request:       r,
	}, nil
}

// recorder keeps what a handler writes.
type recorder struct {
	header http.Header
	sent   http.Header // the header as it was at the first write
	status int
	body   bytes.Buffer
}

func (w *recorder) Header() http.Header { return w.header }

func (w *recorder) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
		w.sent = w.header.Clone()
	}
}

func (w *recorder) Write(p []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	return w.body.Write(p)
}
