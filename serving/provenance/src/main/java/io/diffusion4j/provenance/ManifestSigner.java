package io.diffusion4j.provenance;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.digest.Sha256;
import io.diffusion4j.provenance.MarkedFile.Range;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Adds C2PA manifests to pictures that a model drew, signed with a certificate.
 *
 * <p>Two manifests of one picture differ in their identifiers and signatures. Instances can be used
 * by several threads.
 */
public final class ManifestSigner {
  private static final System.Logger LOG = System.getLogger(ManifestSigner.class.getName());
  private static final Map<String, Object> SOFTWARE = Map.of("name", "Diffusion4J");
  private static final String HASH = "sha256";
  private static final String ACTIONS = "c2pa.actions.v2";
  private static final String INGREDIENT = "c2pa.ingredient.v3";
  private static final String DATA_HASH = "c2pa.hash.data";
  private static final String ASSERTIONS = "c2pa.assertions";
  private static final String SIGNATURE = "c2pa.signature";

  /** COSE_Sign1, and the labels of its protected header. */
  private static final int SIGN1 = 18;

  private static final int ALGORITHM = 1;
  private static final int CERTIFICATES = 33;

  /** The use of a key that C2PA's default list of trust accepts for signing. */
  private static final List<String> USES =
      List.of("1.3.6.1.5.5.7.3.4", "1.3.6.1.5.5.7.3.36", "1.3.6.1.4.1.62558.2.1");

  private static final int DIGITAL_SIGNATURE = 0;
  private static final int MAX_ROUNDS = 8;

  private final PrivateKey key;
  private final CoseAlgorithm algorithm;
  private final byte[] protectedHeader;
  private final InstantSource clock;
  private final Instant expiry;
  private final AtomicBoolean reported = new AtomicBoolean();

  /**
   * Creates a signer.
   *
   * @param key the key of the first certificate
   * @param chain the certificate, followed by its chain; the root may be left out
   * @param clock the time, at which the certificate has to be valid now
   * @throws IllegalArgumentException if verifiers would refuse the certificate: expired, of an
   *     authority, not for digital signatures, without an extended key usage for documents or
   *     e-mail, or with another kind of key
   */
  public ManifestSigner(PrivateKey key, List<X509Certificate> chain, InstantSource clock) {
    Check.that(!chain.isEmpty(), "certificate", "none", "at least one");
    X509Certificate own = chain.get(0);
    requireUsable(own, clock.instant());
    this.key = key;
    this.clock = clock;
    this.expiry =
        chain.stream().map(c -> c.getNotAfter().toInstant()).min(Instant::compareTo).get();
    this.algorithm = CoseAlgorithm.of(own.getPublicKey());
    List<byte[]> encoded = new ArrayList<>();
    try {
      for (X509Certificate certificate : chain) {
        encoded.add(certificate.getEncoded());
      }
    } catch (CertificateEncodingException e) {
      throw new IllegalArgumentException(
          Check.message("certificate", own.getSubjectX500Principal(), "one with an encoding"), e);
    }
    this.protectedHeader =
        Cbor.encode(
            ordered(
                ALGORITHM,
                algorithm.id,
                CERTIFICATES,
                encoded.size() == 1 ? encoded.get(0) : encoded));
  }

  private static void requireUsable(X509Certificate own, Instant now) {
    try {
      own.checkValidity(Date.from(now));
    } catch (CertificateException e) {
      throw new IllegalArgumentException(
          Check.message(
              "certificate",
              "valid from "
                  + own.getNotBefore().toInstant()
                  + " to "
                  + own.getNotAfter().toInstant(),
              "one that is valid now"),
          e);
    }
    Check.that(own.getBasicConstraints() < 0, "certificate", "of an authority", "one of a signer");
    boolean[] usage = own.getKeyUsage();
    Check.that(
        usage != null && usage[DIGITAL_SIGNATURE],
        "certificate",
        "without the key usage digitalSignature",
        "one with it");
    List<String> uses;
    try {
      uses = Optional.ofNullable(own.getExtendedKeyUsage()).orElse(List.of());
    } catch (CertificateParsingException e) {
      throw new IllegalArgumentException(
          Check.message("certificate", "damaged extension", "a valid X.509 certificate"), e);
    }
    Check.that(
        uses.stream().anyMatch(USES::contains),
        "certificate",
        "with the extended key usage " + uses,
        "emailProtection or documentSigning");
  }

  /** Returns the time at which the first certificate of the chain expires. */
  public Instant expiry() {
    return expiry;
  }

  /**
   * Whether verifiers accept signatures of now. The first call after the expiry logs an error, as
   * pictures are drawn without manifests from then on.
   */
  public boolean isValid() {
    boolean valid = !clock.instant().isAfter(expiry);
    if (!valid && !reported.getAndSet(true)) {
      LOG.log(
          System.Logger.Level.ERROR,
          Check.message(
              "certificate",
              "expired at " + expiry + "; pictures get no C2PA manifest",
              "another one, and a restart"));
    }
    return valid;
  }

  /** Returns the file with a manifest in place of its own. */
  public MarkedFile sign(MarkedFile file, SourceType source) {
    String label = "urn:c2pa:" + UUID.randomUUID();
    String instance = "xmp:iid:" + UUID.randomUUID();
    MarkedFile signed = file.withManifest(store(source, label, instance, List.of(), new byte[32]));
    for (int round = 0; round < MAX_ROUNDS; round++) {
      Range place = signed.manifest().orElseThrow();
      byte[] hash = hashAround(signed.bytes(), place);
      MarkedFile next =
          file.withManifest(
              store(
                  source,
                  label,
                  instance,
                  List.of(ordered("start", place.start(), "length", place.length())),
                  hash));
      if (next.manifest().orElseThrow().equals(place)) {
        return next;
      }
      signed = next; // the numbers of the place take more bytes than before, and so move its end
    }
    throw new IllegalStateException("the place of the manifest is not stable");
  }

  /**
   * Returns a manifest store of even length, because the verifier accepts no padding in WebP files.
   */
  private byte[] store(
      SourceType source, String label, String instance, List<Object> exclusions, byte[] hash) {
    byte[] store = store(source, label, instance, exclusions, hash, 0);
    return store.length % 2 == 0 ? store : store(source, label, instance, exclusions, hash, 1);
  }

  private byte[] store(
      SourceType source,
      String label,
      String instance,
      List<Object> exclusions,
      byte[] hash,
      int padding) {
    // A parent picture, of which nothing is known, is opened and edited; anything else is created.
    boolean edited = source == SourceType.COMPOSITE_WITH_TRAINED_ALGORITHMIC_MEDIA;
    byte[] parent = assertion(INGREDIENT, Map.of("relationship", "parentOf"));
    List<Object> steps = new ArrayList<>();
    if (edited) {
      steps.add(
          ordered(
              "action",
              "c2pa.opened",
              "parameters",
              Map.of("ingredients", List.of(reference(INGREDIENT, parent)))));
    }
    steps.add(
        ordered(
            "action",
            edited ? "c2pa.edited" : "c2pa.created",
            "digitalSourceType",
            source.term(),
            "softwareAgent",
            SOFTWARE));
    byte[] actions = assertion(ACTIONS, Map.of("actions", steps));
    byte[] data =
        assertion(
            DATA_HASH,
            ordered(
                "exclusions",
                exclusions,
                "name",
                "jumbf manifest",
                "alg",
                HASH,
                "hash",
                hash,
                "pad",
                new byte[padding]));
    List<byte[]> assertions = new ArrayList<>(List.of(actions, data));
    List<Object> references =
        new ArrayList<>(List.of(reference(ACTIONS, actions), reference(DATA_HASH, data)));
    if (edited) {
      assertions.add(parent);
      references.add(reference(INGREDIENT, parent));
    }
    Map<Object, Object> claim =
        ordered(
            "instanceID",
            instance,
            "claim_generator_info",
            SOFTWARE,
            "signature",
            "self#jumbf=/c2pa/" + label + "/" + SIGNATURE,
            "created_assertions",
            references,
            "alg",
            HASH);
    return Jumbf.superbox(
        "c2pa",
        "c2pa",
        Jumbf.superbox(
            "c2ma",
            label,
            Jumbf.superbox("c2as", ASSERTIONS, assertions.toArray(byte[][]::new)),
            Jumbf.cbor("c2cl", "c2pa.claim.v2", claim),
            Jumbf.cbor("c2cs", SIGNATURE, signature(Cbor.encode(claim)))));
  }

  private static byte[] assertion(String label, Object content) {
    return Jumbf.cbor("cbor", label, content);
  }

  private static Map<Object, Object> reference(String label, byte[] assertion) {
    return ordered(
        "url",
        "self#jumbf=" + ASSERTIONS + "/" + label,
        "hash",
        Sha256.of(Jumbf.hashed(assertion)));
  }

  /** Returns COSE_Sign1 of a detached payload. */
  private Cbor.Tagged signature(byte[] claim) {
    byte[] signed = Cbor.encode(List.of("Signature1", protectedHeader, new byte[0], claim));
    try {
      var signature = Signature.getInstance(algorithm.java);
      signature.initSign(key);
      signature.update(signed);
      return new Cbor.Tagged(
          SIGN1, List.of(protectedHeader, Map.of(), Optional.empty(), signature.sign()));
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException(
          Check.message("key", key.getAlgorithm(), "the key of the certificate"), e);
    }
  }

  private static byte[] hashAround(byte[] file, Range place) {
    MessageDigest digest = Sha256.start();
    digest.update(file, 0, place.start());
    int end = place.start() + place.length();
    digest.update(file, end, file.length - end);
    return digest.digest();
  }

  /** Returns a map in the order of the arguments: a key, its value, and so on. */
  private static Map<Object, Object> ordered(Object... keysAndValues) {
    Map<Object, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      map.put(keysAndValues[i], keysAndValues[i + 1]);
    }
    return map;
  }

  /** The signature algorithms of COSE (RFC 9053) that C2PA allows and this package supports. */
  private enum CoseAlgorithm {
    ES256(-7, "SHA256withECDSAinP1363Format"),
    ES384(-35, "SHA384withECDSAinP1363Format"),
    ED25519(-8, "Ed25519");

    /** The identifier in COSE. */
    final int id;

    /** The name in Java. */
    final String java;

    CoseAlgorithm(int id, String java) {
      this.id = id;
      this.java = java;
    }

    /**
     * Returns the algorithm for the key of a certificate.
     *
     * @throws IllegalArgumentException if there is none
     */
    static CoseAlgorithm of(PublicKey key) {
      if (key instanceof ECPublicKey curve) {
        int bits = curve.getParams().getOrder().bitLength();
        if (bits == 256) {
          return ES256;
        }
        if (bits == 384) {
          return ES384;
        }
      } else if (key.getAlgorithm().equals("EdDSA")) {
        return ED25519;
      }
      throw Check.refusal(
          "certificate", "with a key of " + key.getAlgorithm(), "P-256, P-384 or Ed25519");
    }
  }

  /** Boxes of JUMBF (ISO 19566-5). */
  private static final class Jumbf {
    /** The rest of the UUID of a content type, after its four letters. */
    private static final byte[] UUID_END = HexFormat.of().parseHex("00110010800000aa00389b71");

    /** The box can be referenced, and has a label. */
    private static final int TOGGLES = 0x03;

    private static final int HEADER = 8;

    private Jumbf() {}

    /**
     * Returns a superbox.
     *
     * @param type the four letters of its content type
     * @param content its boxes
     */
    static byte[] superbox(String type, String label, byte[]... content) {
      var description = new ByteArrayOutputStream();
      description.writeBytes(type.getBytes(UTF_8));
      description.writeBytes(UUID_END);
      description.write(TOGGLES);
      description.writeBytes(label.getBytes(UTF_8));
      description.write(0);
      var boxes = new ByteArrayOutputStream();
      boxes.writeBytes(box("jumd", description.toByteArray()));
      for (byte[] box : content) {
        boxes.writeBytes(box);
      }
      return box("jumb", boxes.toByteArray());
    }

    /** Returns a superbox of one CBOR value. */
    static byte[] cbor(String type, String label, Object value) {
      return superbox(type, label, box("cbor", Cbor.encode(value)));
    }

    /** Returns the bytes that the hash of a superbox covers: all except its header. */
    static byte[] hashed(byte[] superbox) {
      return Arrays.copyOfRange(superbox, HEADER, superbox.length);
    }

    private static byte[] box(String type, byte[] content) {
      return ByteBuffer.allocate(HEADER + content.length)
          .putInt(HEADER + content.length)
          .put(type.getBytes(UTF_8))
          .put(content)
          .array();
    }
  }
}
