package io.diffusion4j.serving.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A file of tokens that is written again while a server runs. */
@Timeout(60)
final class ReloadedTokensTest {
  private static final List<String> MODELS = List.of("emoji");

  private Path folder;

  @BeforeEach
  void makeFolder(@TempDir Path temporary) {
    folder = temporary;
  }

  private Path write(String... names) throws IOException {
    var yaml = new StringBuilder("tokens:\n");
    for (String name : names) {
      yaml.append("  - {name: %s, sha256: %s}\n".formatted(name, HashedTokens.hash(name)));
    }
    return Files.writeString(folder.resolve("tokens.yaml"), yaml);
  }

  private static ReloadedAccess access(Path file) throws IOException {
    var settings = new ReloadedAccess.Settings(Optional.of(file), Optional.empty(), Quota.NONE);
    return new ReloadedAccess(settings, () -> MODELS);
  }

  private static boolean isKnown(Authenticator tokens, String token) {
    try {
      return tokens.authenticate(token).name().equals(token);
    } catch (UnauthenticatedException e) {
      return false;
    }
  }

  private static void await(Authenticator tokens, String token, boolean known)
      throws InterruptedException {
    for (int i = 0; i < 100 && isKnown(tokens, token) != known; i++) {
      TimeUnit.MILLISECONDS.sleep(100);
    }
    assertThat(isKnown(tokens, token)).isEqualTo(known);
  }

  @Test
  void whoIsTakenOutIsRefusedAndWhoIsAddedLetIn() throws Exception {
    var tokens = access(write("ann", "bob"));
    assertThat(isKnown(tokens, "bob")).isTrue();
    write("ann", "charlotte");
    await(tokens, "bob", false);
    assertThat(isKnown(tokens, "charlotte")).isTrue();
    assertThat(isKnown(tokens, "ann")).isTrue();
  }

  @Test
  void aFileThatIsBrokenOrGoneLeavesThemAsTheyWere() throws Exception {
    Path file = write("ann");
    var tokens = access(file);
    Files.writeString(file, "tokens: [{nmae: bob}]");
    TimeUnit.MILLISECONDS.sleep(1100);
    assertThat(isKnown(tokens, "ann")).isTrue();
    Files.delete(file);
    TimeUnit.MILLISECONDS.sleep(1100);
    assertThat(isKnown(tokens, "ann")).isTrue();
    write("bob");
    await(tokens, "ann", false);
    assertThat(isKnown(tokens, "bob")).isTrue();
  }

  @Test
  void aFileThatIsWrongAtFirstIsRefused() throws IOException {
    Path file = Files.writeString(folder.resolve("tokens.yaml"), "tokens: []");
    assertThatThrownBy(() -> access(file))
        .hasMessageContaining("tokens: none (expected: at least one)");
  }
}
