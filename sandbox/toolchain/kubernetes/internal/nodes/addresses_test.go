package nodes

import (
	"net/netip"
	"testing"
)

func pool(t *testing.T, cidr string) *addresses {
	t.Helper()
	return newAddresses(netip.MustParsePrefix(cidr))
}

func TestEveryAddressIsGivenOnceAndTheReservedOnesNever(t *testing.T) {
	pool := pool(t, "10.0.0.0/28")
	seen := map[string]bool{}
	for range 11 { // 16 less the first 4 and the last
		address, err := pool.take("pod/" + string(rune('a'+len(seen))))
		if err != nil {
			t.Fatal(err)
		}
		if seen[address] || address == "10.0.0.15" || address < "10.0.0.4" && len(address) == len("10.0.0.4") {
			t.Errorf("%s was given", address)
		}
		seen[address] = true
	}
	if address, err := pool.take("one more"); err == nil {
		t.Errorf("%s was given though all are taken", address)
	}
}

func TestAnAddressThatWasGivenBackIsUsedLast(t *testing.T) {
	pool := pool(t, "10.0.0.0/28")
	first, _ := pool.take("first")
	pool.giveBack("first")
	for range 10 {
		if next, err := pool.take("other"); err != nil || next == first {
			t.Fatalf("%s, %v: the address was used again at once", next, err)
		}
	}
	if next, err := pool.take("last"); err != nil || next != first {
		t.Errorf("%s, %v: not used again at all", next, err)
	}
}

func TestAnAddressIsKeptByItsHolderOnly(t *testing.T) {
	pool := pool(t, "10.0.0.0/28")
	if !pool.keep("10.0.0.7", "a") || !pool.keep("10.0.0.7", "a") {
		t.Error("the holder does not keep its address")
	}
	for _, address := range []string{"10.0.0.7", "10.0.1.7", "nonsense", ""} {
		if pool.keep(address, "b") {
			t.Errorf("%q was kept by another", address)
		}
	}
}
