package io.diffusion4j.benchmarks.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A script stands in for Maven. */
@DisabledOnOs(OS.WINDOWS)
class PeerJarsTest {
  /** The digest of "abc", from FIPS 180-2. */
  private static final String ABC =
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

  private static final PeerJar JAR =
      new PeerJar("org.example", "peer", "1.0", ABC, Optional.of("linux-x86_64"));

  @TempDir private Path folder = Path.of("");

  private PeerJars jars(String script) throws IOException {
    Path maven = folder.resolve("maven.sh");
    Files.writeString(maven, script);
    return new PeerJars(
        List.of(JAR),
        folder.resolve("cache"),
        folder.resolve("repository"),
        List.of("/bin/sh", maven.toString()));
  }

  @Test
  void aMissingJarIsDownloadedOnce() throws IOException {
    var jars = jars("echo \"$@\" > ../arguments; printf abc > peer-1.0-linux-x86_64.jar");
    assertThat(jars.present()).isEmpty();
    List<String> progress = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      assertThat(jars.resolve(progress::add))
          .singleElement()
          .satisfies(jar -> assertThat(jar).hasContent("abc"));
    }
    assertThat(progress).containsExactly("org.example:peer:1.0:jar:linux-x86_64");
    assertThat(folder.resolve("arguments"))
        .content()
        .contains(
            "-Dartifact=org.example:peer:1.0:jar:linux-x86_64",
            "-DoutputDirectory=" + folder.resolve("cache"));
    assertThat(jars.present()).isPresent();
  }

  @Test
  void aJarInTheLocalRepositoryIsUsed() throws IOException {
    var jars = jars("exit 1");
    Path jar = folder.resolve("repository/org/example/peer/1.0/peer-1.0-linux-x86_64.jar");
    Files.createDirectories(jar.resolveSibling("."));
    Files.writeString(jar, "abc");
    assertThat(jars.resolve(coordinates -> {})).containsExactly(jar);
  }

  @Test
  void withoutANetworkTheErrorIsOneLine() throws IOException {
    var jars = jars("echo '[INFO] x'; echo '[ERROR] no network'; echo '[ERROR] help'; exit 1");
    assertThatThrownBy(() -> jars.resolve(coordinates -> {}))
        .isInstanceOf(PeerException.class)
        .hasMessage(
            "org.example:peer:1.0:jar:linux-x86_64: no network"
                + " (expected: a download by Maven, or the jar in %s)",
            folder.resolve("repository"));
    assertThat(folder.resolve("cache")).isEmptyDirectory();
  }

  @Test
  void withoutMavenTheErrorNamesIt() {
    var jars =
        new PeerJars(List.of(JAR), folder, folder, List.of(folder.resolve("mvn").toString()));
    assertThatThrownBy(() -> jars.resolve(coordinates -> {}))
        .isInstanceOf(PeerException.class)
        .hasMessageContaining("mvn: cannot be started (expected: Maven");
  }

  @Test
  void anotherContentIsRefused() throws IOException {
    var jars = jars("printf abd > peer-1.0-linux-x86_64.jar");
    assertThatThrownBy(() -> jars.resolve(coordinates -> {}))
        .isInstanceOf(PeerException.class)
        .hasMessageContaining("SHA-256")
        .hasMessageEndingWith("(expected: " + ABC + ")");
  }

  @Test
  void otherPlatformsAreRefused() {
    assertThatThrownBy(() -> PeerJars.pinned("linux-riscv64"))
        .hasMessage(
            "platform: linux-riscv64 (expected: one of linux-x86_64, linux-aarch64, osx-aarch64,"
                + " win-x86_64)");
    assertThat(PeerJars.pinned("osx-aarch64"))
        .extracting(PeerJar::artifact)
        .contains("onnxruntime", "pytorch-engine")
        .containsOnlyOnce("pytorch-native-cpu");
  }
}
