package oneclick

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"syscall"
)

// The causes of an answer that says nothing. They are all there is in a
// [topup.Fault]: the errors of net/http and encoding/json quote addresses with
// numbers in them, header lines and values.
var (
	errRequest  = errors.New("request could not be made")
	errTimeout  = errors.New("no answer in time")
	errLookup   = errors.New("host name not found")
	errRefused  = errors.New("connection refused")
	errReset    = errors.New("connection reset")
	errClosed   = errors.New("connection closed before the end of the answer")
	errTLS      = errors.New("certificate or handshake not accepted")
	errDial     = errors.New("no connection")
	errExchange = errors.New("exchange broken")
	errTooLong  = errors.New("answer too long")
	errNotJSON  = errors.New("answer is not JSON")
	errForm     = errors.New("answer is not of a documented form")
	errOther    = errors.New("answer is about something else")
	errArgument = errors.New("not a question the provider can be asked")
)

// cause names what went wrong on the way, without a word of the original.
func cause(err error) error {
	var (
		dns       *net.DNSError
		op        *net.OpError
		netErr    net.Error
		cert      *tls.CertificateVerificationError
		record    tls.RecordHeaderError
		handshake tls.AlertError
	)
	switch {
	case errors.Is(err, context.Canceled):
		return context.Canceled
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &netErr) && netErr.Timeout():
		return errTimeout
	case errors.As(err, &dns):
		return errLookup
	case errors.Is(err, syscall.ECONNREFUSED):
		return errRefused
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return errReset
	case errors.As(err, &cert), errors.As(err, &record), errors.As(err, &handshake), errors.Is(err, http.ErrSchemeMismatch):
		return errTLS
	case errors.As(err, &op) && op.Op == "dial":
		return errDial
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errClosed
	}
	return errExchange
}
