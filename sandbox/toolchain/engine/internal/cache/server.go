// Package cache is a small cache server that speaks Redis' protocol. It keeps everything in memory: a cache may
// forget.
package cache

import (
	"context"
	"fmt"
	"net"
	"time"

	"github.com/alicebob/miniredis/v2"
)

// tick is how precisely keys expire. miniredis only knows the time it is told.
const tick = 20 * time.Millisecond

// Server is a running cache.
type Server struct {
	redis *miniredis.Miniredis
	stop  context.CancelFunc
	done  chan struct{}
}

// Start listens on an address of this machine's loopback interface; port 0 takes a free one. With a password, a
// client has to AUTH first.
func Start(address, password string) (*Server, error) {
	if err := onlyLoopback(address); err != nil {
		return nil, err
	}
	redis := miniredis.NewMiniRedis()
	if password != "" {
		redis.RequireAuth(password)
	}
	if err := redis.StartAddr(address); err != nil {
		return nil, fmt.Errorf("cannot listen on %s: %w", address, err)
	}
	ctx, stop := context.WithCancel(context.Background())
	server := &Server{redis: redis, stop: stop, done: make(chan struct{})}
	go server.keepTime(ctx)
	return server, nil
}

// Address is where the server listens, such as "127.0.0.1:41234".
func (s *Server) Address() string { return s.redis.Addr() }

// Close ends every connection and forgets all keys.
func (s *Server) Close() {
	s.stop()
	<-s.done
	s.redis.Close()
}

// keepTime lets keys expire as time passes, by what has really passed: a late tick loses nothing.
func (s *Server) keepTime(ctx context.Context) {
	defer close(s.done)
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	for last := time.Now(); ; {
		select {
		case <-ctx.Done():
			return
		case now := <-ticker.C:
			s.redis.FastForward(now.Sub(last))
			last = now
		}
	}
}

func onlyLoopback(address string) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("%q is no address: give host:port, such as 127.0.0.1:6379", address)
	}
	if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
		return fmt.Errorf("%q is not on this machine's loopback interface: use 127.0.0.1", address)
	}
	return nil
}
