// Gets access tokens with Google's own library for Go, from credentials on standard input: [{"name": …, "credentials": {…}}]. Prints for
// each what was sent, and the token. Servers are answered for here; the time is told, as signatures of Amazon hold it.
package main

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/google"
)

type request struct {
	Line          string `json:"line"`
	Authorization string `json:"authorization,omitempty"`
	Asked         string `json:"asked,omitempty"`
	Body          string `json:"body,omitempty"`
}

type played struct {
	Name        string          `json:"name"`
	Credentials json.RawMessage `json:"credentials"`
	Time        string          `json:"time"`
	Sent        []request       `json:"sent"`
	Token       string          `json:"token"`
}

type transport struct{ sent *[]request }

func (t transport) RoundTrip(asked *http.Request) (*http.Response, error) {
	body := ""
	if asked.Body != nil {
		content, err := io.ReadAll(asked.Body)
		if err != nil {
			return nil, err
		}
		body = string(content)
	}
	*t.sent = append(*t.sent, request{asked.Method + " " + asked.URL.String(), asked.Header.Get("Authorization"), asked.Header.Get("X-Asked"), body})
	answer := `{"access_token":"exchanged","expires_in":3600,"token_type":"Bearer","issued_token_type":"x"}`
	if strings.HasPrefix(asked.URL.Host, "iamcredentials.") {
		answer = `{"accessToken":"impersonated","expireTime":"2036-01-01T00:00:00Z"}`
	}
	if strings.HasSuffix(asked.URL.Host, ".test") {
		answer = `{"jwt":"from a server"}`
	}
	header := http.Header{"Content-Type": {"application/json"}}
	return &http.Response{StatusCode: 200, Header: header, Body: io.NopCloser(strings.NewReader(answer)), Request: asked}, nil
}

func main() {
	var all []played
	if err := json.NewDecoder(os.Stdin).Decode(&all); err != nil {
		panic(err)
	}
	for index := range all {
		one := &all[index]
		one.Time = time.Now().UTC().Format(time.RFC3339)
		client := &http.Client{Transport: transport{&one.Sent}}
		ctx := context.WithValue(context.Background(), oauth2.HTTPClient, client)
		found, err := google.CredentialsFromJSON(ctx, one.Credentials, "https://www.googleapis.com/auth/cloud-platform", "https://www.googleapis.com/auth/userinfo.email")
		if err != nil {
			panic(err)
		}
		token, err := found.TokenSource.Token()
		if err != nil {
			panic(err)
		}
		one.Token = token.AccessToken
	}
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetIndent("", " ")
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(all); err != nil {
		panic(err)
	}
}
