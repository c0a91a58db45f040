module kubemint.dev/tests/go-floor

go 1.24
