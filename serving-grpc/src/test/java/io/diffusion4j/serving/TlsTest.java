package io.diffusion4j.serving;

import static io.diffusion4j.serving.TestServer.CONFIG;
import static io.diffusion4j.serving.TestServer.request;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.diffusion4j.client.Connection;
import io.diffusion4j.client.GenerationClient;
import io.diffusion4j.client.GenerationException;
import io.diffusion4j.client.tls.CertificateFiles;
import io.diffusion4j.client.tls.ClientTls;
import io.diffusion4j.serving.auth.HashedTokens;
import io.diffusion4j.serving.auth.Principal;
import io.diffusion4j.serving.config.ServerConfig;
import io.diffusion4j.serving.config.ServerTls;
import io.diffusion4j.serving.http.HttpPort;
import io.grpc.Status.Code;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Servers that encrypt, on real ports. */
@Timeout(120)
class TlsTest {
  private static CertificateFiles server;
  private static CertificateFiles client;
  private static CertificateFiles stranger;

  @BeforeAll
  static void makeCertificates(@TempDir Path folder) {
    server = Certificates.make(folder, "server");
    client = Certificates.make(folder, "client");
    stranger = Certificates.make(folder, "stranger");
  }

  private static ServerConfig config(CertificateFiles own, Optional<Path> clients) {
    return CONFIG.withTls(new ServerTls(own, clients));
  }

  private static DiffusionServer start(ServerConfig config) throws IOException {
    return TestServer.wire(config, ToyModel.named("toy")).start();
  }

  private static ClientTls trusting(CertificateFiles files) {
    return ClientTls.DEFAULT.withTrusted(files.certificates());
  }

  private static GenerationClient connect(DiffusionServer to, ClientTls how) {
    return GenerationClient.connect("localhost:" + to.port(), Connection.PLAINTEXT.withTls(how));
  }

  private static void assertServed(DiffusionServer by, ClientTls how) {
    try (var connected = connect(by, how)) {
      assertThat(connected.generate(request("x").build()).images()).hasSize(1);
    }
  }

  private static GenerationException refused(GenerationClient connected) {
    try (connected) {
      return catchThrowableOfType(GenerationException.class, connected::models);
    }
  }

  @Test
  void whoTrustsItIsServed() throws IOException {
    try (var serving = start(config(server, Optional.empty()))) {
      assertServed(serving, trusting(server));
      assertServed(serving, trusting(server).withOwn(client)); // which was not requested
    }
  }

  @Test
  void whoDoesNotTrustItDoesNotAsk() throws IOException {
    try (var serving = start(config(server, Optional.empty()))) {
      for (ClientTls how : List.of(ClientTls.DEFAULT, trusting(stranger))) {
        var refusal = refused(connect(serving, how));
        assertThat(refusal.code()).isEqualTo(Code.UNAVAILABLE);
        assertThat(refusal).hasMessageContaining("no encrypted connection (expected: ");
      }
    }
  }

  @Test
  void plaintextIsNotAnswered() throws IOException {
    try (var serving = start(config(server, Optional.empty()))) {
      var refusal = refused(GenerationClient.connect("localhost:" + serving.port()));
      assertThat(refusal.code()).isEqualTo(Code.UNAVAILABLE);
    }
  }

  @Test
  void whereClientsNeedCertificatesOnlyTheRightOneIsLetIn() throws IOException {
    try (var serving = start(config(server, Optional.of(client.certificates())))) {
      assertServed(serving, trusting(server).withOwn(client));
      for (ClientTls how : List.of(trusting(server), trusting(server).withOwn(stranger))) {
        assertThat(refused(connect(serving, how)).code()).isEqualTo(Code.UNAVAILABLE);
      }
      assertServed(serving, trusting(server).withOwn(client)); // and other clients are not affected
    }
  }

  @Test
  void aTokenIsAskedForBehindTheCertificate() throws IOException {
    var tokens =
        new HashedTokens(
            List.of(
                new HashedTokens.Entry(HashedTokens.hash("good"), Instant.MAX, Principal.ANYBODY),
                new HashedTokens.Entry(HashedTokens.hash("old"), Instant.EPOCH, Principal.ANYBODY)),
            InstantSource.system());
    var wired =
        TestServer.wire(
            config(server, Optional.empty()), TestServer.asking(tokens), ToyModel.named("toy"));
    var how = Connection.PLAINTEXT.withTls(trusting(server));
    try (var serving = wired.start()) {
      String address = "localhost:" + serving.port();
      try (var good = GenerationClient.connect(address, how.withToken("good"))) {
        assertThat(good.models()).hasSize(1);
      }
      for (Connection wrong : List.of(how, how.withToken("bad"), how.withToken("old"))) {
        assertThat(refused(GenerationClient.connect(address, wrong)).code())
            .isEqualTo(Code.UNAUTHENTICATED);
      }
    }
  }

  @Test
  void aRenewedCertificateIsShownAndABrokenOneIsNot(@TempDir Path folder) throws Exception {
    CertificateFiles own = Certificates.make(folder, "own");
    try (var serving = start(config(own, Optional.empty()))) {
      ClientTls before = ClientTls.DEFAULT.withTrusted(copy(own.certificates(), folder));
      assertServed(serving, before);
      Files.copy(server.certificates(), own.certificates(), REPLACE_EXISTING);
      Files.copy(server.key(), own.key(), REPLACE_EXISTING);
      TimeUnit.MILLISECONDS.sleep(1_100);
      assertServed(serving, trusting(server));
      assertThat(refused(connect(serving, before)).code()).isEqualTo(Code.UNAVAILABLE);
      Files.copy(stranger.certificates(), own.certificates(), REPLACE_EXISTING); // without its key
      TimeUnit.MILLISECONDS.sleep(1_100);
      assertServed(serving, trusting(server));
    }
  }

  private static Path copy(Path file, Path folder) throws IOException {
    return Files.copy(file, folder.resolve("copy.pem"));
  }

  @Test
  void filesThatAreNotWhatTheyShouldBeAreNamed(@TempDir Path folder) throws IOException {
    Path junk = Files.writeString(folder.resolve("junk"), "-----BEGIN CERTIFICATE-----\n!\n");
    Path empty = Files.writeString(folder.resolve("empty"), "");
    Path absent = folder.resolve("absent");
    for (Path wrong : List.of(junk, empty, server.key())) {
      assertRefused(
          new CertificateFiles(wrong, server.key()),
          "certificate: " + wrong + " (expected: X.509 certificates in PEM)");
    }
    for (Path wrong : List.of(junk, empty, server.certificates())) {
      assertRefused(
          new CertificateFiles(server.certificates(), wrong),
          "key: " + wrong + " (expected: a private key in PEM, not encrypted)");
    }
    assertRefused(
        new CertificateFiles(server.certificates(), client.key()),
        "key: "
            + client.key()
            + " (expected: the key of the certificate in "
            + server.certificates()
            + ")");
    assertThatThrownBy(
            () ->
                HttpPort.open(config(new CertificateFiles(absent, server.key()), Optional.empty())))
        .isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> HttpPort.open(config(server, Optional.of(junk))))
        .hasMessage("certificate: " + junk + " (expected: X.509 certificates in PEM)");
  }

  private static void assertRefused(CertificateFiles files, String message) {
    assertThatThrownBy(() -> HttpPort.open(config(files, Optional.empty())))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
    assertThatThrownBy(() -> ClientTls.DEFAULT.withOwn(files).credentials())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  @Test
  void plaintextWhereOthersCanListenInHasToBeMeant() {
    assertThatThrownBy(() -> HttpPort.open(CONFIG.withHost("0.0.0.0")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "host: 0.0.0.0 (expected: an address of this machine only, such as 127.0.0.1, unless"
                + " there is TLS, or plaintext is meant: insecure)");
    var elsewhere = CONFIG.withHost("192.0.2.1"); // an address without a machine (RFC 5737)
    for (ServerConfig permitted :
        List.of(
            elsewhere.withInsecure(true),
            elsewhere.withTls(new ServerTls(server, Optional.empty())))) {
      assertThatThrownBy(() -> HttpPort.open(permitted))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("192.0.2.1:0");
    }
  }
}
