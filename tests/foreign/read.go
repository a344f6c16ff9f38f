// Reads what Jejak publishes with golang.org/x/mod/sumdb, from whose formats C2SP's were made.
//
//	read log   ADDRESS OLD VKEY...   a served log, and its growth out of OLD leaves
//	read proof FILE VKEY...          a .tlog-proof
//
// Of the keys the first is the log's, the others are witnesses'; all of them must have signed. Says
// what it found as one line of JSON, or what is wrong, with exit status 1. A bearer token is taken
// from TOKEN. By hand is only what x/mod has not: HTTP, C2SP's paths and lines, and cosignatures.
package main

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const (
	height      = 8
	width       = 1 << height
	cosignature = 4
)

type found map[string]interface{}

// ---- keys and checkpoints

// witness verifies a cosignature/v1, which x/mod does not know: the time, then Ed25519.
type witness struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

func (w witness) Name() string    { return w.name }
func (w witness) KeyHash() uint32 { return w.hash }

func (w witness) Verify(text, signature []byte) bool {
	if len(signature) != 8+ed25519.SignatureSize {
		return false
	}
	said := fmt.Sprintf("cosignature/v1\ntime %d\n%s", binary.BigEndian.Uint64(signature), text)
	return ed25519.Verify(w.key, []byte(said), signature[8:])
}

func verifier(vkey string) (note.Verifier, error) {
	parts := strings.SplitN(vkey, "+", 3)
	if len(parts) == 3 {
		key, err := base64.StdEncoding.DecodeString(parts[2])
		hash, wrong := strconv.ParseUint(parts[1], 16, 32)
		if err == nil && wrong == nil && len(key) == 33 && key[0] == cosignature {
			return witness{parts[0], uint32(hash), ed25519.PublicKey(key[1:])}, nil
		}
	}
	return note.NewVerifier(vkey)
}

// opened returns the tree that a checkpoint is of, once every key has been seen to have signed it.
func opened(written []byte, vkeys []string) (tlog.Tree, error) {
	var keys []note.Verifier
	for _, vkey := range vkeys {
		key, err := verifier(vkey)
		if err != nil {
			return tlog.Tree{}, err
		}
		keys = append(keys, key)
	}
	read, err := note.Open(written, note.VerifierList(keys...))
	if err != nil {
		return tlog.Tree{}, err
	}
	if len(read.Sigs) != len(keys) {
		return tlog.Tree{}, errors.New("not every key has signed")
	}
	lines := strings.SplitN(read.Text, "\n", 2)
	if lines[0] != keys[0].Name() {
		return tlog.Tree{}, errors.New("a checkpoint of another log")
	}
	return tlog.ParseTree([]byte("go.sum database tree\n" + lines[1])) // its first line is fixed there
}

// ---- a served log

type served struct{ address string }

func (s served) get(path string) ([]byte, error) {
	request, err := http.NewRequest("GET", s.address+"/"+path, nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+os.Getenv("TOKEN"))
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	content, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != 200 {
		err = fmt.Errorf("%s: %s", path, answer.Status)
	}
	return content, err
}

func (s served) Height() int                             { return height }
func (s served) SaveTiles(tiles []tlog.Tile, _ [][]byte) {}

func (s served) ReadTiles(tiles []tlog.Tile) (all [][]byte, err error) {
	for _, tile := range tiles {
		content, err := s.get(strings.Replace(tile.Path(), "tile/8/", "tile/", 1))
		if err != nil {
			return nil, err
		}
		all = append(all, content)
	}
	return all, nil
}

// entries returns the data of all leaves.
func (s served) entries(size int64) (all [][]byte, err error) {
	for first := int64(0); first < size; first += width {
		tile := tlog.Tile{H: height, L: -1, N: first / width, W: width}
		if size-first < width {
			tile.W = int(size - first)
		}
		content, err := s.get(strings.Replace(tile.Path(), "tile/8/data/", "tile/entries/", 1))
		if err != nil {
			return nil, err
		}
		for ; len(content) >= 2; tile.W-- {
			length := 2 + int(binary.BigEndian.Uint16(content))
			if length > len(content) {
				return nil, errors.New("a bundle of entries is cut off")
			}
			all, content = append(all, content[2:length]), content[length:]
		}
		if tile.W != 0 || len(content) != 0 {
			return nil, errors.New("a bundle does not hold as many entries as its tile")
		}
	}
	return all, nil
}

// hashes reads a proof's hashes out of an answer in JSON.
func (s served) hashes(path string) (proof []tlog.Hash, err error) {
	content, err := s.get(path)
	if err != nil {
		return nil, err
	}
	said := struct{ Proof []tlog.Hash }{}
	return said.Proof, json.Unmarshal(content, &said)
}

func readLog(s served, old int64, vkeys []string) (found, error) {
	written, err := s.get("checkpoint")
	if err != nil {
		return nil, err
	}
	tree, err := opened(written, vkeys)
	if err != nil {
		return nil, err
	}
	tiles := tlog.TileHashReader(tree, s)
	root, err := tlog.TreeHash(tree.N, tiles)
	if err != nil {
		return nil, err
	}
	if root != tree.Hash {
		return nil, errors.New("the tiles have another root")
	}
	leaves, err := s.entries(tree.N)
	if err != nil {
		return nil, err
	}
	if whole, err := rebuilt(leaves); err != nil || whole != tree.Hash {
		return nil, errors.New("the entries have another root")
	}
	proofs, err := s.check(leaves, tree, tiles)
	if err != nil {
		return nil, err
	}
	before, err := tlog.TreeHash(old, tiles)
	if err != nil {
		return nil, err
	}
	grown, err := s.hashes(fmt.Sprintf("proofs/consistency?from=%d&to=%d", old, tree.N))
	if err != nil {
		return nil, err
	}
	if err := tlog.CheckTree(grown, tree.N, tree.Hash, old, before); err != nil {
		return nil, fmt.Errorf("growth: %w", err)
	}
	return found{"size": tree.N, "root": root, "old": before, "leaves": len(leaves), "proofs": proofs}, nil
}

// rebuilt returns the root of leaves by their data alone: x/mod's TileHashReader (0.7.0, and still in
// June 2026) does not hold every full tile against the one above it.
func rebuilt(leaves [][]byte) (tlog.Hash, error) {
	var stored []tlog.Hash
	known := tlog.HashReaderFunc(func(places []int64) (hashes []tlog.Hash, err error) {
		for _, place := range places {
			hashes = append(hashes, stored[place])
		}
		return hashes, nil
	})
	for index, leaf := range leaves {
		more, err := tlog.StoredHashes(int64(index), leaf, known)
		if err != nil {
			return tlog.Hash{}, err
		}
		stored = append(stored, more...)
	}
	return tlog.TreeHash(int64(len(leaves)), known)
}

// check sees that the leaves are those of the tiles, and of every fiftieth event that it is proved.
func (s served) check(leaves [][]byte, tree tlog.Tree, tiles tlog.HashReader) (proofs int, err error) {
	var places []int64
	for index := range leaves {
		places = append(places, tlog.StoredHashIndex(0, int64(index)))
	}
	stored, err := tiles.ReadHashes(places)
	if err != nil {
		return 0, err
	}
	for index, leaf := range leaves {
		said := struct{ Position int64 }{}
		if stored[index] != tlog.RecordHash(leaf) {
			return 0, fmt.Errorf("leaf %d: its data is not what the tile holds", index)
		}
		if err := json.Unmarshal(leaf, &said); err != nil {
			return 0, err
		}
		if said.Position%50 != 1 {
			continue
		}
		proof, err := s.hashes(fmt.Sprintf("proofs/inclusion?position=%d", said.Position))
		if err != nil {
			return 0, err
		}
		if err := tlog.CheckRecord(proof, tree.N, tree.Hash, int64(index), stored[index]); err != nil {
			return 0, fmt.Errorf("leaf %d: %w", index, err)
		}
		proofs++
	}
	return proofs, nil
}

// ---- a proof in a file

func readProof(written []byte, vkeys []string) (found, error) {
	parts := bytes.SplitN(written, []byte("\n\n"), 2)
	lines := strings.Split(string(parts[0]), "\n")
	if len(parts) != 2 || len(lines) < 3 || lines[0] != "c2sp.org/tlog-proof@v1" {
		return nil, errors.New("no tlog-proof")
	}
	leaf, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(lines[1], "extra "))
	if err != nil {
		return nil, err
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[2], "index "), 10, 64)
	if err != nil {
		return nil, err
	}
	var proof tlog.RecordProof
	for _, line := range lines[3:] {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return nil, err
		}
		proof = append(proof, hash)
	}
	tree, err := opened(parts[1], vkeys)
	if err != nil {
		return nil, err
	}
	if err := tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(leaf)); err != nil {
		return nil, err
	}
	return found{"size": tree.N, "root": tree.Hash, "index": index, "leaf": string(leaf)}, nil
}

func read(words []string) (found, error) {
	switch {
	case len(words) >= 4 && words[0] == "log":
		old, err := strconv.ParseInt(words[2], 10, 64)
		if err != nil {
			return nil, err
		}
		return readLog(served{words[1]}, old, words[3:])
	case len(words) >= 3 && words[0] == "proof":
		written, err := os.ReadFile(words[1])
		if err != nil {
			return nil, err
		}
		return readProof(written, words[2:])
	}
	return nil, errors.New("read log ADDRESS OLD VKEY... or read proof FILE VKEY...")
}

func main() {
	said, err := read(os.Args[1:])
	if err != nil {
		fmt.Println("wrong:", err)
		os.Exit(1)
	}
	json.NewEncoder(os.Stdout).Encode(said)
}
