package io.diffusion4j.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.base.Splitter;
import io.diffusion4j.cli.Main;
import io.diffusion4j.cli.Run;
import io.diffusion4j.cli.options.ModelOptions;
import io.diffusion4j.serving.auth.HashedTokens;
import io.diffusion4j.serving.auth.Principal;
import io.diffusion4j.serving.auth.Quota;
import io.diffusion4j.serving.auth.ReloadedAccess;
import io.diffusion4j.serving.auth.Role;
import io.diffusion4j.serving.config.ServerConfig;
import io.diffusion4j.serving.config.ServerConfig.LogSettings;
import io.diffusion4j.serving.config.ServerConfig.ModelEntry;
import io.diffusion4j.serving.file.SettingsTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The flags of {@code serve} as settings. */
final class ServeFlagsTest {
  private Path folder;

  @BeforeEach
  void makeFolder(@TempDir Path temporary) {
    folder = temporary;
  }

  private SettingsTree file(String yaml) throws IOException {
    return SettingsTree.read(Files.writeString(folder.resolve("server.yaml"), yaml));
  }

  private static ServerConfig config(String line, SettingsTree file) {
    List<String> arguments = new ArrayList<>(List.of("serve"));
    arguments.addAll(Splitter.on(' ').omitEmptyStrings().splitToList(line));
    var parsed = Main.commandLine().parseArgs(arguments.toArray(String[]::new)).subcommand();
    return ServeFlags.apply(parsed, file).as(ServerConfig.class);
  }

  private static ModelEntry model(Path path, ModelEntry.NumberFormat format) {
    return new ModelEntry(Optional.of(path), Optional.empty(), Optional.empty(), format);
  }

  @Test
  void withoutFlagsTheDefaultsHoldAndTheShippedModelIsServed() {
    assertThat(config("", SettingsTree.empty()))
        .isEqualTo(
            ServerConfig.loopback()
                .withModels(
                    List.of(model(ModelOptions.defaultFolder(), ModelEntry.NumberFormat.AUTO))));
  }

  @Test
  void flagsGoOverTheFile() throws IOException {
    String yaml = "port: 1\nhost: a\nrows: 3\nlog:\n  level: warn\nmodels:\n  - path: m\n";
    var config =
        config(
            "--port 2 --grace 5 --receive 6 --stall 7 --log-level debug --model x --model y"
                + " --precision bf16",
            file(yaml));
    assertThat(config.log().level()).isEqualTo(LogSettings.Level.DEBUG);
    assertThat(config)
        .isEqualTo(
            SettingsTree.empty()
                .set("log.level", "debug")
                .as(ServerConfig.class)
                .withHost("a")
                .withPort(2)
                .withRows(3)
                .withGrace(Duration.ofSeconds(5))
                .withReceive(Duration.ofSeconds(6))
                .withStall(Duration.ofSeconds(7))
                .withModels(
                    List.of(
                        model(Path.of("x"), ModelEntry.NumberFormat.BF16),
                        model(Path.of("y"), ModelEntry.NumberFormat.BF16))));
    assertThat(config("--precision bf16", file(yaml)).models())
        .containsExactly(model(folder.resolve("m"), ModelEntry.NumberFormat.BF16));
  }

  @Test
  void listsAndMapsReplaceThoseOfTheFile() throws IOException {
    var config =
        config(
            "--lora a=b --lora c=d --index e=f --plugin g --filter h --origin https://i"
                + " --tokens j --admin-port 7 --packed k --insecure",
            file("loras: {x: y}\nplugins: [z]\norigins: [http://a]"));
    assertThat(config.loras()).isEqualTo(Map.of("a", Path.of("b"), "c", Path.of("d")));
    assertThat(config.indices()).isEqualTo(Map.of("e", Path.of("f")));
    assertThat(config.plugins()).containsExactly(Path.of("g"));
    assertThat(config.filters()).containsExactly(Path.of("h"));
    assertThat(config.origins()).containsExactly("https://i");
    assertThat(config.tokens()).contains(Path.of("j"));
    assertThat(config.packed()).contains(Path.of("k"));
    assertThat(config.operators().orElseThrow().port()).isEqualTo(7);
    assertThat(config.insecure()).isTrue();
  }

  @Test
  void anySettingCanBeSet() throws IOException {
    var config =
        config(
            "--port 2 --set limits.connections=10 --set hosts=[a,b] --set port=3"
                + " --set tls.certificate=c --set tls.key=d",
            file("limits: {connections: 5, request-cost: 6}"));
    assertThat(config.port()).isEqualTo(3);
    assertThat(config.limits().connections()).isEqualTo(10);
    assertThat(config.limits().requestCost()).isEqualTo(6);
    assertThat(config.hosts()).containsExactlyInAnyOrder("a", "b");
    assertThat(config.tls().orElseThrow().own().key()).isEqualTo(Path.of("d"));
    var unknown = Run.of("serve", "--set", "limits.conections=1");
    assertThat(unknown.status()).isEqualTo(2);
    assertThat(unknown.err()).startsWith("error: limits.conections: unknown (expected: one of ");
  }

  @Test
  void anInterfaceIsOneOfTheClassPath() {
    var run = Run.of("serve", "--set", "apis=[page, x]");
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err())
        .startsWith(
            "error: apis: x (expected: one of page, openai, a1111, inference, ollama, mcp)");
  }

  @Test
  void theEntryOfANewTokenIsRead() throws IOException {
    var made = Run.of("token", "eve");
    assertThat(made.status()).as(made.err()).isZero();
    String token = made.out().lines().findFirst().orElseThrow().substring(2);
    Path file = Files.writeString(folder.resolve("tokens.yaml"), "tokens:\n" + made.out());
    var config = ServerConfig.loopback().withTokens(file).withQuota(new Quota(60, 600, 4));
    var access = new ReloadedAccess(config.access(), () -> List.of("emoji"));
    assertThat(access.authenticate(token))
        .isEqualTo(
            new Principal(
                "eve", Set.of(Role.GENERATE, Role.EMBED), Set.of("*"), new Quota(60, 600, 4)));
    assertThat(access.tokens())
        .extracting(HashedTokens.Entry::sha256)
        .containsExactly(HashedTokens.hash(token));
  }

  /** Nothing is downloaded unasked. */
  @Test
  void aModelMayBeAPublishedOne() {
    var run = Run.of("serve", "--set", "models=[{published: no-such-org/no-such-model@v1}]");
    assertThat(run.status()).isEqualTo(2);
    assertThat(run.err())
        .startsWith("error: model: no-such-org/no-such-model@v1 (expected: a folder, or a");
  }
}
