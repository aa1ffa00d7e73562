package cache

import (
	"bufio"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"
)

func start(t *testing.T, password string) *Server {
	t.Helper()
	server, err := Start("127.0.0.1:0", password)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	return server
}

// client sends lines of Redis' inline protocol and reads one line back for each.
type client struct {
	t          *testing.T
	connection net.Conn
	reader     *bufio.Reader
}

func connect(t *testing.T, server *Server) *client {
	t.Helper()
	connection, err := net.Dial("tcp", server.Address())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { connection.Close() })
	return &client{t, connection, bufio.NewReader(connection)}
}

func (c *client) ask(words ...string) string {
	c.t.Helper()
	fmt.Fprintf(c.connection, "*%d\r\n", len(words))
	for _, word := range words {
		fmt.Fprintf(c.connection, "$%d\r\n%s\r\n", len(word), word)
	}
	_ = c.connection.SetReadDeadline(time.Now().Add(5 * time.Second))
	line, err := c.reader.ReadString('\n')
	if err != nil {
		c.t.Fatal(err)
	}
	line = strings.TrimSpace(line)
	if strings.HasPrefix(line, "$") && line != "$-1" {
		line, _ = c.reader.ReadString('\n')
	}
	return strings.TrimSpace(line)
}

func TestAClientFindsWhatItStored(t *testing.T) {
	c := connect(t, start(t, ""))
	if answer := c.ask("PING"); answer != "+PONG" {
		t.Errorf("PING answered %q", answer)
	}
	c.ask("SET", "key", "value")
	if answer := c.ask("GET", "key"); answer != "value" {
		t.Errorf("GET answered %q", answer)
	}
}

func TestAKeyExpiresInRealTime(t *testing.T) {
	c := connect(t, start(t, ""))
	begin := time.Now()
	c.ask("SET", "brief", "value", "PX", "300")
	if answer := c.ask("GET", "brief"); answer != "value" {
		t.Errorf("the key was gone at once: %q", answer)
	}
	for c.ask("GET", "brief") != "$-1" {
		if time.Since(begin) > 5*time.Second {
			t.Fatal("the key never expired")
		}
		time.Sleep(tick)
	}
	if lived := time.Since(begin); lived < 250*time.Millisecond {
		t.Errorf("the key lived only %v", lived)
	}
}

func TestAPasswordIsAskedFor(t *testing.T) {
	c := connect(t, start(t, "open sesame"))
	if answer := c.ask("GET", "key"); !strings.HasPrefix(answer, "-NOAUTH") {
		t.Errorf("without password: %q", answer)
	}
	if answer := c.ask("AUTH", "wrong"); !strings.HasPrefix(answer, "-") {
		t.Errorf("with a wrong password: %q", answer)
	}
	if answer := c.ask("AUTH", "open sesame"); answer != "+OK" {
		t.Errorf("with the password: %q", answer)
	}
}

func TestOnlyLoopbackAddressesAreServed(t *testing.T) {
	for _, address := range []string{"0.0.0.0:0", ":0", "localhost", "example.com:1"} {
		if server, err := Start(address, ""); err == nil {
			server.Close()
			t.Errorf("%q was accepted", address)
		}
	}
}
