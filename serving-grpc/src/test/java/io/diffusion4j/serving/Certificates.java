package io.diffusion4j.serving;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.linecorp.armeria.common.TlsKeyPair;
import io.diffusion4j.client.tls.CertificateFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateEncodingException;
import java.util.Base64;

/** Self-signed certificates of {@code localhost}, as PEM files. */
public final class Certificates {
  private Certificates() {}

  /** Creates a certificate and its key in {@code NAME.pem} and {@code NAME.key} of the folder. */
  public static CertificateFiles make(Path folder, String name) {
    TlsKeyPair pair = TlsKeyPair.ofSelfSigned("localhost");
    try {
      Path certificate =
          Files.writeString(
              folder.resolve(name + ".pem"),
              pem("CERTIFICATE", pair.certificateChain().get(0).getEncoded()));
      Path key =
          Files.writeString(
              folder.resolve(name + ".key"), pem("PRIVATE KEY", pair.privateKey().getEncoded()));
      return new CertificateFiles(certificate, key);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (CertificateEncodingException e) {
      throw new AssertionError(e);
    }
  }

  /**
   * Creates a certificate that expires on a day from now.
   *
   * @param days from now; below 0 for a past day
   */
  public static CertificateFiles expiring(Path folder, String name, int days) {
    Path store = folder.resolve(name + ".p12");
    try {
      int status =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                  "-genkeypair",
                  "-keystore",
                  store.toString(),
                  "-storepass",
                  "secret",
                  "-alias",
                  name,
                  "-keyalg",
                  "RSA",
                  "-dname",
                  "CN=localhost",
                  "-startdate",
                  (days - 30) + "d",
                  "-validity",
                  "30")
              .inheritIO()
              .start()
              .waitFor();
      if (status != 0) {
        throw new AssertionError("keytool: " + status);
      }
      KeyStore made = KeyStore.getInstance(store.toFile(), "secret".toCharArray());
      Path certificate = folder.resolve(name + ".pem");
      Files.writeString(certificate, pem("CERTIFICATE", made.getCertificate(name).getEncoded()));
      Path key = folder.resolve(name + ".key");
      Files.writeString(
          key, pem("PRIVATE KEY", made.getKey(name, "secret".toCharArray()).getEncoded()));
      return new CertificateFiles(certificate, key);
    } catch (IOException | GeneralSecurityException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static String pem(String what, byte[] der) {
    String lines = Base64.getMimeEncoder(64, "\n".getBytes(US_ASCII)).encodeToString(der);
    return "-----BEGIN " + what + "-----\n" + lines + "\n-----END " + what + "-----\n";
  }
}
