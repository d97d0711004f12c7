package io.diffusion4j.serving.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.base.Splitter;
import io.diffusion4j.client.tls.CertificateFiles;
import io.diffusion4j.serving.auth.Authenticator;
import io.diffusion4j.serving.auth.HashedTokens;
import io.diffusion4j.serving.auth.JwtIssuer;
import io.diffusion4j.serving.auth.Principal;
import io.diffusion4j.serving.auth.Quota;
import io.diffusion4j.serving.auth.ReloadedAccess;
import io.diffusion4j.serving.auth.Role;
import io.diffusion4j.serving.auth.UnauthenticatedException;
import io.diffusion4j.serving.config.ServerConfig.AdminSettings;
import io.diffusion4j.serving.config.ServerConfig.JobSettings;
import io.diffusion4j.serving.config.ServerConfig.LogSettings;
import io.diffusion4j.serving.config.ServerConfig.ModelEntry;
import io.diffusion4j.serving.config.ServerConfig.PaletteSettings;
import io.diffusion4j.serving.config.ServerConfig.TracingSettings;
import io.diffusion4j.serving.file.SettingsTree;
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

/** The settings of a server from its file and from overrides. */
final class ServerConfigTest {
  private Path folder;

  @BeforeEach
  void makeFolder(@TempDir Path temporary) {
    folder = temporary;
  }

  private SettingsTree tree(String yaml) throws IOException {
    return SettingsTree.read(Files.writeString(folder.resolve("server.yaml"), yaml));
  }

  private ServerConfig file(String yaml) throws IOException {
    return tree(yaml).as(ServerConfig.class);
  }

  @Test
  void withoutFileAndOverridesTheDefaultsHold() {
    var config = SettingsTree.empty().as(ServerConfig.class);
    assertThat(config).isEqualTo(ServerConfig.loopback());
    assertThat(config.host()).isEqualTo("127.0.0.1");
    assertThat(config.port()).isEqualTo(ServerConfig.DEFAULT_PORT);
    assertThat(config.rows()).isEqualTo(16);
    assertThat(config.queueCapacity()).isEqualTo(64);
    assertThat(config.grace()).isEqualTo(Duration.ofSeconds(30));
    assertThat(config.limits().connections()).isEqualTo(4096);
    assertThat(config.tokens()).isEmpty();
    assertThat(config.quota()).isEqualTo(Quota.NONE);
    assertThat(config.metrics()).isTrue();
    assertThat(config.apis()).as("all").isEmpty();
    assertThat(config.log())
        .isEqualTo(new LogSettings(LogSettings.Format.TEXT, LogSettings.Level.INFO, false));
  }

  @Test
  void operatorsAreListenedToOnThisMachineAndNeedTokens() throws IOException {
    String yaml = "host: 0.0.0.0\ninsecure: true\ntokens: tokens.yaml\nadmin: {}\n";
    ServerConfig admin = file(yaml).operators().orElseThrow();
    assertThat(admin.host()).isEqualTo("127.0.0.1");
    assertThat(admin.port()).isEqualTo(50052);
    var other = tree(yaml).set("admin.port", "7").as(ServerConfig.class);
    assertThat(other.operators().orElseThrow().port()).isEqualTo(7);
    assertThatThrownBy(() -> SettingsTree.empty().set("admin.port", "7").as(ServerConfig.class))
        .hasMessage(
            "admin: a port without tokens (expected: tokens, one of them with the role admin)");
  }

  /** The documented file contains every setting, and each is read as its comment describes. */
  @Test
  void theExampleOfTheDocumentationIsReadWhole() throws IOException {
    assertThat(file(settings()))
        .isEqualTo(
            new ServerConfig(
                "127.0.0.1",
                50051,
                Optional.of(
                    new ServerTls(
                        new CertificateFiles(
                            folder.resolve("server.pem"), folder.resolve("server.key")),
                        Optional.of(folder.resolve("clients.pem")))),
                false,
                Set.of("draw.example"),
                Set.of("https://app.example"),
                16,
                64,
                Duration.ofSeconds(30),
                Duration.ofSeconds(60),
                Duration.ofSeconds(60),
                List.of(
                    new ModelEntry(
                        Optional.of(folder.resolve("emoji/model")),
                        Optional.empty(),
                        Optional.empty(),
                        ModelEntry.NumberFormat.AUTO),
                    new ModelEntry(
                        Optional.of(Path.of("/models/karlo")),
                        Optional.empty(),
                        Optional.of("karlo"),
                        ModelEntry.NumberFormat.F32)),
                Map.of("watercolour", folder.resolve("watercolour.safetensors")),
                Map.of("photos", folder.resolve("photos/.diffusion4j-index")),
                Optional.of(new PaletteSettings(folder.resolve("pictures"), 1000)),
                List.of(folder.resolve("parts.jar")),
                List.of(folder.resolve("house.yaml")),
                Optional.of(folder.resolve("packed")),
                Optional.of(folder.resolve("tokens.yaml")),
                Optional.of(
                    JwtIssuer.of(
                            "https://login.example/realms/draw",
                            "draw.example",
                            URI.create(
                                "https://login.example/realms/draw/protocol/openid-connect/certs"),
                            Map.of("draw-user", Set.of(Role.GENERATE, Role.EMBED)))
                        .withRolesClaim("realm_access.roles")
                        .withQuotas(
                            "tier",
                            Map.of("free", new Quota(6, Integer.MAX_VALUE, Integer.MAX_VALUE)))),
                new Quota(60, 600, 5000, 4),
                Limits.defaults()
                    .withBodyBytes(64L << 20)
                    .withJobBytes(256L << 20)
                    .withAddress(new AddressRate(600, 120, Set.of("10.0.0.0/8"))),
                Optional.of(Set.of("page", "openai", "a1111", "inference", "ollama", "mcp")),
                true,
                Optional.of(new AdminSettings("127.0.0.1", 50052)),
                new ProvenanceFiles(
                    Optional.of(folder.resolve("signing.key")),
                    Optional.of(folder.resolve("watermark.key")),
                    Optional.of(folder.resolve("c2pa.pem")),
                    Optional.of(folder.resolve("c2pa.key"))),
                Optional.of(new TracingSettings(URI.create("http://localhost:4318"), 0.1)),
                Optional.of(
                    new JobSettings(
                        folder.resolve("jobs.db"),
                        Duration.ofHours(24),
                        Optional.of(folder.resolve("webhook.secret")),
                        false)),
                new LogSettings(LogSettings.Format.JSON, LogSettings.Level.INFO, false)));
    for (String key : Splitter.on(", ").split(KEYS)) {
      assertThat(settings()).containsPattern("(?m)^" + key + ":");
    }
  }

  private static final String KEYS =
      "admin, apis, filters, grace-seconds, host, hosts, indices, insecure, jobs, jwt, limits,"
          + " log, loras, metrics, models, origins, packed, palette, plugins, port, provenance,"
          + " queue, quota, receive-seconds, rows, stall-seconds, tls, tokens, tracing";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{burst: 1} | requests-per-minute: none (expected: a number ≥ 1)",
        "{requests-per-minute: 0} | requests-per-minute: 0 (expected: ≥ 1)",
        "{requests-per-minute: 1, proxies: [proxy]} | proxies: proxy (expected: addresses, or"
            + " ranges such as 10.0.0.0/8)"
      })
  void aRateOfAddressesIsChecked(String rate, String message) {
    assertThatThrownBy(() -> file("limits: {address: " + rate + "}"))
        .hasMessage(folder.resolve("server.yaml") + ": limits.address." + message);
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
  void anIssuerIsChecked(String jwt, String message) {
    assertThatThrownBy(() -> file("jwt: " + jwt))
        .hasMessage(folder.resolve("server.yaml") + ": " + message);
  }

  @Test
  void theKeysOfAnIssuerMayBeAFile() throws IOException {
    var config = file("jwt: {keys: k.json, issuer: i, audience: a, roles: {a: [embed]}}");
    assertThat(config.jwt().orElseThrow().keys()).isEqualTo(folder.resolve("k.json").toUri());
  }

  private static String settings() throws IOException {
    return Files.readString(Path.of("../docs/server.yaml"));
  }

  /** The first file of the page with this name in its first line. */
  private static String example(String name) throws IOException {
    String page = Files.readString(Path.of("../docs/serving.md"));
    var block =
        Pattern.compile("```yaml\n# " + Pattern.quote(name) + "\n(.*?)```", Pattern.DOTALL)
            .matcher(page);
    assertThat(block.find()).as("docs/serving.md has %s", name).isTrue();
    return block.group(1);
  }

  @Test
  void overridesGoOverTheFile() throws IOException {
    var config =
        tree("port: 1\nhost: a\nrows: 3\nlog:\n  level: warn\nmodels:\n  - path: m\n")
            .setAll(
                Map.of(
                    "port", "2",
                    "grace-seconds", "5",
                    "log.level", "debug",
                    "hosts", "[b, c]",
                    "models[0].name", "n",
                    "models[0].precision", "bf16",
                    "limits.address.requests-per-minute", "10",
                    "loras[a.b]", "c.safetensors"))
            .as(ServerConfig.class);
    assertThat(config)
        .isEqualTo(
            SettingsTree.empty()
                .put(
                    "models",
                    List.of(
                        Map.of(
                            "path",
                            folder.resolve("m").toString(),
                            "name",
                            "n",
                            "precision",
                            "bf16")))
                .set("loras", "{a.b: c.safetensors}")
                .set("log.level", "debug")
                .as(ServerConfig.class)
                .withHost("a")
                .withPort(2)
                .withRows(3)
                .withHosts(Set.of("b", "c"))
                .withGrace(Duration.ofSeconds(5))
                .withLimits(Limits.defaults().withAddress(new AddressRate(10, 2, Set.of()))));
  }

  /** The paths of a file are relative to its folder, those of overrides to the current folder. */
  @Test
  void theReachIsGivenByBoth() throws IOException {
    String yaml = "tls: {certificate: a.pem, key: a.key}\ninsecure: true\norigins: [http://a]\n";
    var config =
        tree(yaml)
            .set("tls.certificate", "b.pem")
            .set("tls.clients", "c.pem")
            .put("origins", List.of("https://b:1"))
            .as(ServerConfig.class);
    var own = new CertificateFiles(Path.of("b.pem"), folder.resolve("a.key"));
    assertThat(config)
        .isEqualTo(
            ServerConfig.loopback()
                .withTls(new ServerTls(own, Optional.of(Path.of("c.pem"))))
                .withInsecure(true)
                .withOrigins(Set.of("https://b:1")));
    assertThat(tree(yaml).set("insecure", "false").as(ServerConfig.class).insecure()).isFalse();
    assertThatThrownBy(() -> SettingsTree.empty().set("tls.key", "k").as(ServerConfig.class))
        .hasMessage("tls: without a certificate (expected: a certificate and its key)");
    var half = tree("tls: {certificate: a}").set("tls.clients", "c");
    assertThatThrownBy(() -> half.as(ServerConfig.class))
        .hasMessage("tls: without a key (expected: a certificate and its key)");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "prot: 1 | prot: unknown (expected: one of " + KEYS + ")",
        "log: {colour: red} | log.colour: unknown (expected: one of format, level, prompts)",
        "models: [{path: a}, {pth: b}] | models[1].pth: unknown (expected: one of name, path,"
            + " precision, published)",
        "models: [{name: a}] | models[0].path: none (expected: the folder of the model, or its"
            + " published name)",
        "port: many | port: many (expected: a whole number)",
        "log: {level: loud} | log.level: loud (expected: one of error, warn, info, debug)",
        "models: emoji | models: not what belongs here (expected: a list)",
        "metrics: perhaps | metrics: perhaps (expected: true or false)",
        "grace-seconds: 1.5 | grace-seconds: 1.5 (expected: a whole number)",
        "limits: {body-megabytes: much} | limits.body-megabytes: much (expected: a whole number)",
        "tls: a.pem | tls: not what belongs here (expected: keys and values)",
        "quota: {images-per-minute: 0} | quota.images-per-minute: 0 (expected: ≥ 1)",
        "jobs: {keep-hours: 1} | jobs.store: none (expected: the file of the store)",
        "tracing: {ratio: 2} | tracing.ratio: 2.0 (expected: in [0, 1])",
        "rows: 1000000 | rows: 1000000 (expected: 1 to 1024)",
      })
  void whatIsNotKnownIsAnError(String yaml, String message) {
    assertThatThrownBy(() -> file(yaml))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(folder.resolve("server.yaml") + ": " + message);
  }

  @Test
  void whatIsSaidTwiceOrNotYamlIsAnErrorAtItsLine() throws IOException {
    assertThatThrownBy(() -> file("port: 1\nhost: a\nport: 2\n"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("port");
    assertThatThrownBy(() -> file("port: 1\nhost: \"a\n"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("server.yaml, line ");
    assertThatThrownBy(() -> file("# nothing\n"))
        .hasMessageEndingWith("server.yaml: empty (expected: keys and values)");
    var overridden = tree("port: 1").set("rows", "1000000");
    assertThatThrownBy(() -> overridden.as(ServerConfig.class))
        .as("not a fault of the file")
        .hasMessage("rows: 1000000 (expected: 1 to 1024)");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "prot | prot: unknown (expected: one of " + KEYS + ")",
        "log..level | path: log..level (expected: one such as log.level or models[0].path)",
        "models[3].path | models[3].path: no such element (expected: index 0 to 0)",
        "port.x | port: not what belongs here (expected: a whole number)",
        "limits.conections | limits.conections: unknown (expected: one of address, body-megabytes,"
            + " call-seconds, connections, job-megabytes, job-store-megabytes,"
            + " principal-store-megabytes, request-cost)",
      })
  void aPathThatIsNotKnownIsAnError(String path, String message) {
    assertThatThrownBy(() -> SettingsTree.empty().set(path, "1").as(ServerConfig.class))
        .hasMessage(message);
  }

  @Test
  void aTokenFileNamesPrincipals() throws IOException {
    var tokens = tokens(example("tokens.yaml"));
    String token = HashedTokens.newToken();
    String entry = "tokens: [{name: eve, sha256: " + HashedTokens.hash(token) + "}]";
    assertThat(tokens(entry).authenticate(token))
        .isEqualTo(
            new Principal(
                "eve", Set.of(Role.GENERATE, Role.EMBED), Set.of("*"), new Quota(60, 600, 4)));
    assertThatThrownBy(() -> tokens.authenticate(token))
        .isInstanceOf(UnauthenticatedException.class);
    assertThat(((ReloadedAccess) tokens).tokens()).isNotEmpty();
  }

  private Authenticator tokens(String yaml) throws IOException {
    Path file = Files.writeString(folder.resolve("tokens.yaml"), yaml);
    var config = ServerConfig.loopback().withTokens(file).withQuota(new Quota(60, 600, 4));
    return new ReloadedAccess(config.access(), () -> List.of("emoji", "karlo"));
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
            + " embed, priority, train, metrics, admin)",
        "tokens: [{token: a}] | tokens[0].token: unknown (expected: one of expires, models, name,"
            + " quota, roles, sha256)",
      })
  void aTokenThatCannotBeIsNamed(String yaml, String message) {
    assertThatThrownBy(() -> tokens(yaml))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(folder.resolve("tokens.yaml") + ": " + message);
  }
}
