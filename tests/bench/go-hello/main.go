// The least that a credential plugin in Go costs: start, say a word, end.
package main

import "fmt"

func main() {
	fmt.Println("hello")
}
