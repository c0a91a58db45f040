module kubemint.dev/tests/go-hello

go 1.24
