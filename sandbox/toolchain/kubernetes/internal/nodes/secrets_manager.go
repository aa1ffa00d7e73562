package nodes

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// secretsManager reads secrets of the AWS at an address. It signs by name only: the sandbox's AWS looks at who signs, not at the signature.
type secretsManager struct {
	endpoint, accessKey string
	client              *http.Client
}

func newSecretsManager(endpoint, accessKey string) *secretsManager {
	return &secretsManager{endpoint: endpoint, accessKey: accessKey, client: &http.Client{Timeout: 10 * time.Second}}
}

func (s *secretsManager) read(ctx context.Context, name, region string) (string, error) {
	if s.endpoint == "" {
		return "", errors.New("the nodes were started without --endpoint, so there is no Secrets Manager to ask")
	}
	body, err := json.Marshal(map[string]string{"SecretId": name})
	if err != nil {
		return "", err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.endpoint, bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	date := time.Now().UTC()
	request.Header.Set("Content-Type", "application/x-amz-json-1.1")
	request.Header.Set("X-Amz-Target", "secretsmanager.GetSecretValue")
	request.Header.Set("X-Amz-Date", date.Format("20060102T150405Z"))
	request.Header.Set("Authorization", fmt.Sprintf(
		"AWS4-HMAC-SHA256 Credential=%s/%s/%s/secretsmanager/aws4_request, SignedHeaders=host;x-amz-date, Signature=sandbox",
		s.accessKey, date.Format("20060102"), region))
	response, err := s.client.Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	var answer struct {
		SecretString *string `json:"SecretString"`
		SecretBinary []byte  `json:"SecretBinary"`
		Type         string  `json:"__type"`
		Message      string  `json:"message"`
	}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		return "", fmt.Errorf("Secrets Manager answered %s, and no JSON", response.Status)
	}
	switch {
	case response.StatusCode != http.StatusOK:
		return "", fmt.Errorf("%s: %s", answer.Type, answer.Message)
	case answer.SecretString != nil:
		return *answer.SecretString, nil
	default:
		return string(answer.SecretBinary), nil
	}
}
