package io.diffusion4j.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.base.Splitter;
import io.diffusion4j.cli.Run;
import io.diffusion4j.cli.options.ModelOptions;
import io.diffusion4j.cli.serve.ServerFile.TracingEntry;
import io.diffusion4j.client.tls.CertificateFiles;
import io.diffusion4j.local.ServedModel;
import io.diffusion4j.nn.engine.Precision;
import io.diffusion4j.serving.address.AddressRate;
import io.diffusion4j.serving.auth.Authenticator;
import io.diffusion4j.serving.auth.HashedTokens;
import io.diffusion4j.serving.auth.Principal;
import io.diffusion4j.serving.auth.Quota;
import io.diffusion4j.serving.auth.Role;
import io.diffusion4j.serving.auth.UnauthenticatedException;
import io.diffusion4j.serving.config.Limits;
import io.diffusion4j.serving.config.ServerConfig;
import io.diffusion4j.serving.config.ServerConfig.Reach;
import io.diffusion4j.serving.jwt.JwtIssuer;
import io.diffusion4j.serving.tls.ServerTls;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** The settings of a server from its file and its flags. */
final class ServerSettingsTest {
  private Path folder;

  @BeforeEach
  void makeFolder(@TempDir Path temporary) {
    folder = temporary;
  }

  private ServerFile file(String yaml) throws IOException {
    return ServerFile.read(Files.writeString(folder.resolve("server.yaml"), yaml));
  }

  private static ServeFlags flags(String line) {
    var flags = new ServeFlags();
    new CommandLine(flags)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .parseArgs(Splitter.on(' ').omitEmptyStrings().splitToList(line).toArray(String[]::new));
    return flags;
  }

  @Test
  void withoutFileAndFlagsTheDefaultsHold() {
    var settings = ServerSettings.of(flags(""), ServerFile.NONE);
    assertThat(settings.config()).isEqualTo(ServerConfig.loopback());
    assertThat(settings.models()).containsExactly(ServedModel.of(ModelOptions.defaultFolder()));
    assertThat(settings.tokens()).isEmpty();
    assertThat(settings.quota()).isEqualTo(Quota.NONE);
    assertThat(settings.metrics()).isTrue();
    assertThat(settings.faces()).isEqualTo(Face.all());
    assertThat(settings.logFormat()).isEqualTo(ServerLog.Format.TEXT);
    assertThat(settings.logLevel()).isEqualTo(ServerLog.Level.INFO);
  }

  @Test
  void operatorsAreListenedToOnThisMachineAndNeedTokens() throws IOException {
    var file = file("host: 0.0.0.0\ninsecure: true\ntokens: tokens.yaml\nadmin: {}\n");
    ServerConfig admin = ServerSettings.of(flags(""), file).admin().orElseThrow();
    assertThat(admin.host()).isEqualTo("127.0.0.1");
    assertThat(admin.port()).isEqualTo(50052);
    assertThat(ServerSettings.of(flags("--admin-port 7"), file).admin().orElseThrow().port())
        .isEqualTo(7);
    assertThatThrownBy(() -> ServerSettings.of(flags("--admin-port 7"), ServerFile.NONE))
        .hasMessage(
            "admin: a port without tokens (expected: tokens, one of them with the role admin)");
  }

  /** The documented example contains every setting, and each is read as its comment describes. */
  @Test
  void theExampleOfTheDocumentationIsReadWhole() throws IOException {
    var settings = ServerSettings.of(flags(""), file(example("server.yaml")));
    assertThat(settings)
        .isEqualTo(
            new ServerSettings(
                ServerConfig.loopback()
                    .withReach(
                        new Reach(
                            Optional.of(
                                new ServerTls(
                                    new CertificateFiles(
                                        folder.resolve("server.pem"), folder.resolve("server.key")),
                                    Optional.of(folder.resolve("clients.pem")))),
                            false,
                            Set.of("draw.example"),
                            Set.of("https://app.example")))
                    .withLimits(
                        Limits.usual()
                            .withBodyBytes(64L << 20)
                            .withJobBytes(256L << 20)
                            .withAddress(new AddressRate(600, 120, Set.of("10.0.0.0/8")))),
                List.of(
                    new ServedModel(
                        folder.resolve("emoji/model"), Optional.empty(), Optional.empty()),
                    new ServedModel(
                        folder.resolve("/models/karlo"),
                        Optional.of("karlo"),
                        Optional.of(Precision.FLOAT32))),
                Map.of("watercolour", folder.resolve("watercolour.safetensors")),
                Map.of("photos", folder.resolve("photos/.diffusion4j-index")),
                List.of(folder.resolve("parts.jar")),
                List.of(folder.resolve("house.yaml")),
                Optional.of(folder.resolve("packed")),
                Optional.of(folder.resolve("tokens.yaml")),
                Optional.of(
                    new JwtIssuer(
                        "https://login.example/realms/draw",
                        "draw.example",
                        URI.create(
                            "https://login.example/realms/draw/protocol/openid-connect/certs"),
                        Set.of("RS256", "ES256"),
                        Duration.ofSeconds(30),
                        new JwtIssuer.Claims(
                            "sub",
                            "realm_access.roles",
                            Map.of("draw-user", Set.of(Role.GENERATE, Role.EMBED)),
                            "tier",
                            Map.of("free", new Quota(6, Integer.MAX_VALUE, Integer.MAX_VALUE))))),
                new Quota(60, 600, 5000, 4),
                Face.all(),
                true,
                Optional.of(settings.config().withHost("127.0.0.1").withPort(50052)),
                new ServerFile.ProvenanceEntry(
                    folder.resolve("signing.key"),
                    folder.resolve("watermark.key"),
                    folder.resolve("c2pa.pem"),
                    folder.resolve("c2pa.key")),
                Optional.of(new TracingEntry(URI.create("http://localhost:4318"), 0.1)),
                new ServerFile.JobsEntry(
                    folder.resolve("jobs.db"), 24, folder.resolve("webhook.secret"), false),
                ServerLog.Format.JSON,
                ServerLog.Level.INFO));
    for (var key : ServerFile.class.getRecordComponents()) {
      String name = key.getName().replaceAll("([A-Z])", "-$1").toLowerCase(java.util.Locale.ROOT);
      assertThat(example("server.yaml")).containsPattern("(?m)^" + name + ":");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{burst: 1} | limits.address.requests-per-minute: none (expected: a number ≥ 1)",
        "{requests-per-minute: 0} | requestsPerMinute: 0 (expected: ≥ 1)",
        "{requests-per-minute: 1, proxies: [proxy]} | proxies: proxy (expected: addresses, or"
            + " ranges such as 10.0.0.0/8)"
      })
  void aRateOfAddressesIsChecked(String rate, String message) throws IOException {
    var file = file("limits: {address: " + rate + "}");
    assertThatThrownBy(() -> ServerSettings.of(flags(""), file)).hasMessage(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{} | jwt.keys: none (expected: the URL or the file of the issuer's keys)",
        "{keys: k.json} | jwt.roles: none (expected: roles here, by those of the issuer)",
        "{keys: k.json, roles: {a: [embed]}} | jwt.issuer: none (expected: the iss of its tokens)",
        "{keys: 'http://login.example', issuer: i, audience: a, roles: {a: [embed]}} |"
            + " jwt.keys: http://login.example (expected: a file, an https URL, or an http URL of"
            + " this machine)",
        "{keys: k.json, issuer: i, audience: a, roles: {a: [embed]}, algorithms: [none]} |"
            + " jwt.algorithms: none (expected: one of ES256, ES384, ES512, PS256, PS384, PS512,"
            + " RS256, RS384, RS512; public keys only)",
        "{keys: k.json, issuer: i, audience: a, roles: {a: [embed]}, quota-claim: t} |"
            + " jwt.quota-claim: t (expected: together with quotas)"
      })
  void anIssuerIsChecked(String jwt, String message) throws IOException {
    var file = file("jwt: " + jwt);
    assertThatThrownBy(() -> ServerSettings.of(flags(""), file)).hasMessage(message);
  }

  private static String example(String name) throws IOException {
    String page = Files.readString(Path.of("../../docs/serving.md"));
    var block =
        Pattern.compile("```yaml\n# " + Pattern.quote(name) + "\n(.*?)```", Pattern.DOTALL)
            .matcher(page);
    assertThat(block.find()).as("docs/serving.md has %s", name).isTrue();
    return block.group(1);
  }

  @Test
  void flagsGoOverTheFile() throws IOException {
    var file = file("port: 1\nhost: a\nrows: 3\nlog:\n  level: warn\nmodels:\n  - path: m\n");
    var settings =
        ServerSettings.of(
            flags(
                "--port 2 --grace 5 --receive 6 --stall 7 --log-level debug --model x --model y"
                    + " --precision bf16"),
            file);
    assertThat(settings.config())
        .isEqualTo(
            ServerConfig.loopback()
                .withHost("a")
                .withPort(2)
                .withRows(3)
                .withGrace(Duration.ofSeconds(5))
                .withReceive(Duration.ofSeconds(6))
                .withStall(Duration.ofSeconds(7)));
    assertThat(settings.logLevel()).isEqualTo(ServerLog.Level.DEBUG);
    assertThat(settings.models())
        .containsExactly(
            ServedModel.of(Path.of("x"), Precision.BFLOAT16),
            ServedModel.of(Path.of("y"), Precision.BFLOAT16));
    assertThat(ServerSettings.of(flags("--precision bf16"), file).models())
        .containsExactly(ServedModel.of(folder.resolve("m"), Precision.BFLOAT16));
  }

  @Test
  void howItIsReachedIsSaidByBoth() throws IOException {
    var file = file("tls: {certificate: a.pem, key: a.key}\ninsecure: true\norigins: [http://a]\n");
    var own = new CertificateFiles(Path.of("b.pem"), folder.resolve("a.key"));
    assertThat(
            ServerSettings.of(
                    flags("--tls-certificate b.pem --tls-clients c.pem --origin https://b:1"), file)
                .config()
                .reach())
        .isEqualTo(
            new Reach(
                Optional.of(new ServerTls(own, Optional.of(Path.of("c.pem")))),
                true,
                Set.of(),
                Set.of("https://b:1")));
    assertThat(ServerSettings.of(flags("--insecure false"), file).config().reach().insecure())
        .isFalse();
    assertThatThrownBy(() -> ServerSettings.of(flags("--tls-key k"), ServerFile.NONE))
        .hasMessage("tls: without a certificate (expected: a certificate and its key)");
    assertThatThrownBy(
            () -> ServerSettings.of(flags("--tls-clients c"), file("tls: {certificate: a}")))
        .hasMessage("tls: without a key (expected: a certificate and its key)");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "prot: 1 | prot: unknown (expected: one of admin, faces, filters, grace-seconds, host,"
            + " hosts, indices, insecure, jobs, jwt, limits, log, loras, metrics, models, origins,"
            + " packed, plugins, port, provenance, queue, quota, receive-seconds, rows,"
            + " stall-seconds, tls, tokens, tracing)",
        "log: {colour: red} | log.colour: unknown (expected: one of format, level, prompts)",
        "models: [{path: a}, {pth: b}] | models[1].pth: unknown (expected: one of name, path,"
            + " precision, published)",
        "faces: [page, x] | faces[1]: x (expected: one of page, openai, a1111, inference)",
        "port: many | port: many (expected: a whole number)",
        "log: {level: loud} | log.level: loud (expected: one of error, warn, info, debug)",
        "models: emoji | models: not what belongs here (expected: a list)",
        "metrics: perhaps | metrics: perhaps (expected: true or false)",
        "grace-seconds: 1.5 | grace-seconds: 1.5 (expected: a whole number)",
      })
  void whatIsNotKnownIsAnError(String yaml, String message) {
    assertThatThrownBy(() -> file(yaml))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(folder.resolve("server.yaml") + ": " + message);
  }

  @Test
  void whatIsSaidTwiceOrNotYamlIsAnErrorAtItsLine() {
    assertThatThrownBy(() -> file("port: 1\nhost: a\nport: 2\n"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("port");
    assertThatThrownBy(() -> file("port: 1\nhost: \"a\n"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("server.yaml, line ");
    assertThatThrownBy(() -> file("models: [{name: a}]"))
        .hasMessage("models: one without path (expected: the folder of each)");
    assertThatThrownBy(() -> ServerSettings.of(flags("--rows 1000000"), ServerFile.NONE))
        .hasMessage("rows: 1000000 (expected: 1 to 1024)");
    assertThatThrownBy(() -> file("quota: {images-per-minute: 0}"))
        .hasMessageContaining("imagesPerMinute: 0 (expected: ≥ 1)");
  }

  @Test
  void aTokenFileTellsPrincipals() throws IOException {
    var tokens = tokens(example("tokens.yaml"));
    var made = Run.of("token", "eve");
    assertThat(made.status()).as(made.err()).isZero();
    String token = made.out().lines().findFirst().orElseThrow().substring(2);
    Authenticator own = tokens("tokens:\n" + made.out());
    assertThat(own.authenticate(token))
        .isEqualTo(
            new Principal(
                "eve", Set.of(Role.GENERATE, Role.EMBED), Set.of("*"), new Quota(60, 600, 4)));
    assertThatThrownBy(() -> tokens.authenticate(token))
        .isInstanceOf(UnauthenticatedException.class);
    assertThat(tokens).isInstanceOf(HashedTokens.class);
  }

  private Authenticator tokens(String yaml) throws IOException {
    Path file = Files.writeString(folder.resolve("tokens.yaml"), yaml);
    return TokenFile.read(file, new Quota(60, 600, 4), List.of("emoji", "karlo"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "tokens: [] | tokens: none (expected: at least one)",
        "tokens: [{name: a, sha256: x}] | tokens[0].sha256 of a: x (expected: 64 of 0-9 and a-f)",
        "tokens: [{sha256: x}] | tokens[0].name:  (expected: up to 64 letters, digits, dots,"
            + " dashes, underscores and @)",
        "tokens: [{name: a, models: [b]}] | tokens[0].models: b (expected: one of emoji, karlo)",
        "tokens: [{name: a, expires: soon}] | tokens[0].expires: soon (expected: a time such as"
            + " 2030-01-01T00:00:00Z)",
        "tokens: [{name: a, roles: [king]}] | tokens[0].roles[0]: king (expected: one of generate,"
            + " embed, priority, metrics, admin)",
        "tokens: [{token: a}] | tokens[0].token: unknown (expected: one of expires, models, name,"
            + " quota, roles, sha256)",
      })
  void aTokenThatCannotBeIsNamed(String yaml, String message) {
    assertThatThrownBy(() -> tokens(yaml))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(folder.resolve("tokens.yaml") + ": " + message);
  }

  /** Nothing is downloaded unasked. */
  @Test
  void aModelMayBeAPublishedOne() throws IOException {
    var read = file("models: [{published: no-such-org/no-such-model@v1}]");
    assertThatThrownBy(() -> ServerSettings.of(flags(""), read))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("model: no-such-org/no-such-model@v1 (expected: a folder, or a");
  }
}
