package nodes

import (
	"fmt"
	"net/netip"
	"sync"
)

// AWS keeps the first four addresses of a subnet and the last one for itself.
const reservedAddresses = 4

// addresses hands out the addresses of one zone, each to one holder at a time.
type addresses struct {
	mu      sync.Mutex
	cidr    netip.Prefix
	next    netip.Addr
	holders map[netip.Addr]string
}

func newAddresses(cidr netip.Prefix) *addresses {
	return &addresses{cidr: cidr, next: first(cidr), holders: map[netip.Addr]string{}}
}

// take returns a free address. An address that was given back is not used again before the range has been gone through,
// so that whoever still knows it does not reach a stranger.
func (a *addresses) take(holder string) (string, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for candidate, tried := a.next, 0; tried == 0 || candidate != a.next; tried++ {
		following := a.after(candidate)
		if _, held := a.holders[candidate]; !held {
			a.holders[candidate] = holder
			a.next = following
			return candidate.String(), nil
		}
		candidate = following
		if candidate == a.next {
			break
		}
	}
	return "", fmt.Errorf("no free address is left in %s", a.cidr)
}

// keep notes that the holder already has the address. It tells whether that can be: another holder's cannot.
func (a *addresses) keep(address, holder string) bool {
	parsed, err := netip.ParseAddr(address)
	if err != nil || !a.cidr.Contains(parsed) {
		return false
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if other, held := a.holders[parsed]; held && other != holder {
		return false
	}
	a.holders[parsed] = holder
	return true
}

// giveBack frees whatever the holder has.
func (a *addresses) giveBack(holder string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for address, other := range a.holders {
		if other == holder {
			delete(a.holders, address)
		}
	}
}

// after is the next usable address, from the start again behind the last one.
func (a *addresses) after(address netip.Addr) netip.Addr {
	next := address.Next()
	if !a.cidr.Contains(next) || !a.cidr.Contains(next.Next()) {
		return first(a.cidr)
	}
	return next
}

func first(cidr netip.Prefix) netip.Addr {
	address := cidr.Addr()
	for range reservedAddresses {
		address = address.Next()
	}
	return address
}
