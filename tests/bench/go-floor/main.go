// A TokenReview webhook as Go's standard library makes it, for the benches to stand beside: TLS, JSON in,
// so many P-256 verifications, JSON out. It checks nothing that matters and must never run anywhere else.
package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"flag"
	"io"
	"log"
	"net/http"
)

const maxBody = 64 << 10

type review struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Spec       *spec  `json:"spec,omitempty"`
	Status     status `json:"status"`
}

type spec struct {
	Token     string   `json:"token"`
	Audiences []string `json:"audiences,omitempty"`
}

type status struct {
	Authenticated bool  `json:"authenticated"`
	User          *user `json:"user,omitempty"`
}

type user struct {
	Username string              `json:"username"`
	UID      string              `json:"uid"`
	Groups   []string            `json:"groups"`
	Extra    map[string][]string `json:"extra"`
}

// floor verifies one signature of its own as often as it is told: the cost is the same as for a token's.
type floor struct {
	verifications int
	key           *ecdsa.PublicKey
	signature     []byte
	input         []byte
}

func newFloor(verifications int) (*floor, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	input := make([]byte, 700) // about a grant's signing input
	digest := sha256.Sum256(input)
	signature, err := ecdsa.SignASN1(rand.Reader, key, digest[:])
	return &floor{verifications, &key.PublicKey, signature, input}, err
}

func (f *floor) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		http.Error(w, "body", http.StatusRequestEntityTooLarge)
		return
	}
	var question review
	if err := json.Unmarshal(body, &question); err != nil || question.Spec == nil {
		http.Error(w, "review", http.StatusBadRequest)
		return
	}
	for range f.verifications {
		digest := sha256.Sum256(f.input)
		if !ecdsa.VerifyASN1(f.key, digest[:], f.signature) {
			http.Error(w, "signature", http.StatusInternalServerError)
			return
		}
	}
	answer := review{APIVersion: question.APIVersion, Kind: question.Kind, Status: status{Authenticated: true, User: &user{
		Username: "alice@example.com",
		UID:      "n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg",
		Groups:   []string{"dev-shop"},
		Extra:    map[string][]string{"authentication.kubernetes.io/credential-id": {"JTI=ZXhhbXBsZS1qdGktMDAwMQ"}},
	}}}
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(answer); err != nil {
		log.Print(err)
	}
}

func main() {
	listen := flag.String("listen", "127.0.0.1:0", "address")
	certificate := flag.String("certificate", "", "PEM file")
	key := flag.String("key", "", "PEM file")
	verifications := flag.Int("verifications", 2, "P-256 verifications per review")
	flag.Parse()
	floor, err := newFloor(*verifications)
	if err != nil {
		log.Fatal(err)
	}
	http.Handle("POST /authenticate", floor)
	http.HandleFunc("GET /healthz", func(http.ResponseWriter, *http.Request) {})
	log.Fatal(http.ListenAndServeTLS(*listen, *certificate, *key, nil))
}
