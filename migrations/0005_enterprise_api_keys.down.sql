SELECT slipway.archive('enterprise.organization_api_keys');

DROP TABLE enterprise.organization_api_keys;
