#!/bin/sh
# Makes the certificates of the tests: an authority, a signer, a signer without a use, an expired one.
set -e
cd "$(dirname "$0")"
new_key() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1"; }
end() { # NAME EXTENSIONS DATES
  new_key "$1.key"
  openssl req -new -key "$1.key" -subj "/O=Diffusion4J tests/CN=$1" -out "$1.csr"
  printf 'basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nauthorityKeyIdentifier=keyid\n%s\n' "$2" > "$1.ext"
  openssl x509 -req -in "$1.csr" -CA authority.pem -CAkey authority.key -CAcreateserial -extfile "$1.ext" $3 -out "$1.pem"
  rm "$1.csr" "$1.ext"
}
new_key authority.key
openssl req -x509 -new -key authority.key -subj '/O=Diffusion4J tests/CN=authority' -days 20000 \
  -addext 'basicConstraints=critical,CA:TRUE' -addext 'keyUsage=critical,keyCertSign,cRLSign' -out authority.pem
end signer 'extendedKeyUsage=emailProtection' '-days 20000'
end useless '' '-days 20000'
end expired 'extendedKeyUsage=emailProtection' '-not_before 20200101000000Z -not_after 20210101000000Z'
rm authority.key authority.srl useless.key expired.key
