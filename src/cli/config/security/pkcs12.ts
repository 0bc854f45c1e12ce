import forge from 'node-forge'

/** Certificates and the private key of a PKCS#12 file (RFC 7292), as PEM. Throws where the password is another one. */
export function readPkcs12(
  bytes: Uint8Array,
  password: string,
): { certificates: string[]; key: string | null } {
  const der = forge.util.createBuffer(Buffer.from(bytes).toString('binary'))
  const file = forge.pkcs12.pkcs12FromAsn1(forge.asn1.fromDer(der), false, password)
  const { certBag, pkcs8ShroudedKeyBag, keyBag } = forge.pki.oids as Record<string, string>
  const bags = (type: string) => file.getBags({ bagType: type })[type] ?? []
  const [key] = [...bags(pkcs8ShroudedKeyBag!), ...bags(keyBag!)]
  return {
    certificates: bags(certBag!).map((bag) =>
      bag.cert == null ? pem('CERTIFICATE', bag) : forge.pki.certificateToPem(bag.cert),
    ),
    key:
      key === undefined
        ? null
        : key.key == null
          ? pem('PRIVATE KEY', key)
          : forge.pki.privateKeyToPem(key.key),
  }
}

/** What the library does not take apart, elliptic curves among it, it hands on as it stands in the file. */
function pem(type: string, { asn1 }: forge.pkcs12.Bag): string {
  return forge.pem.encode({ type, body: forge.asn1.toDer(asn1).getBytes() } as forge.pem.ObjectPEM)
}
