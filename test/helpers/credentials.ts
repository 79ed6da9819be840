import type {Credentials} from './scripted-service.js'

/** Self-signed, for `service.test`, `localhost` and 127.0.0.1, valid for a hundred years; good for nothing but tests. */
export const testCredentials: Credentials = {
  cert: `-----BEGIN CERTIFICATE-----
MIIBrzCCAVWgAwIBAgIUD5so7dh0zgrxAtkO2WoZRJxwHHYwCgYIKoZIzj0EAwIw
FzEVMBMGA1UEAwwMc2VydmljZS50ZXN0MCAXDTI2MTEyMTA3MzMxOVoYDzIxMjYx
MDI4MDczMzE5WjAXMRUwEwYDVQQDDAxzZXJ2aWNlLnRlc3QwWTATBgcqhkjOPQIB
BggqhkjOPQMBBwNCAAR8tQoPp9oTn/ZFZ5o4mUPSj78EGSzwg+YE9elH3U7i2bka
vi8omlIawRVESA3I+Hzh6Oq1UEClTEc9JONCT8sVo30wezAdBgNVHQ4EFgQUtQY6
ETbdKfiAzS9N2pLvgxVZD68wHwYDVR0jBBgwFoAUtQY6ETbdKfiAzS9N2pLvgxVZ
D68wDwYDVR0TAQH/BAUwAwEB/zAoBgNVHREEITAfggxzZXJ2aWNlLnRlc3SCCWxv
Y2FsaG9zdIcEfwAAATAKBggqhkjOPQQDAgNIADBFAiApG7rZ8xiLK+fMGiN6Util
zHOfSVReZf+yKGK4IGQy3gIhAPcZb2cxvROTEdAufQFwEEvrUiy8X6PzlpjP7uJF
ZxKn
-----END CERTIFICATE-----
`,
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg7Y2Yu2HL3AvwsF8r
zp4HA4Gz8xjXRjOXQbaHvEDNj2OhRANCAAR8tQoPp9oTn/ZFZ5o4mUPSj78EGSzw
g+YE9elH3U7i2bkavi8omlIawRVESA3I+Hzh6Oq1UEClTEc9JONCT8sV
-----END PRIVATE KEY-----
`,
}
