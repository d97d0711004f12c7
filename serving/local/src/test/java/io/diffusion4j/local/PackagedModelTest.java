package io.diffusion4j.local;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model on the class path becomes a folder: whole, once, and again if it was damaged. */
class PackagedModelTest {
  private static final String WEIGHTS = "decoder/weights.bin";

  private final Path temporary;
  private final Path packaged;

  PackagedModelTest(@TempDir Path temporary) throws Exception {
    this.temporary = temporary;
    packaged = temporary.resolve("classes/META-INF/diffusion4j/models/tiny");
    Files.createDirectories(packaged.resolve("decoder"));
    Files.writeString(packaged.resolve("model_index.json"), "{}");
    Files.writeString(packaged.resolve(WEIGHTS), "weights");
    writeListing("model_index.json", WEIGHTS);
  }

  private void writeListing(String... files) throws Exception {
    var listing = new StringBuilder();
    for (String file : files) {
      byte[] content = Files.readAllBytes(packaged.resolve(file));
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(content);
      listing.append(HexFormat.of().formatHex(digest)).append("  ").append(file).append('\n');
    }
    Files.writeString(packaged.resolve("files.sha256"), listing);
  }

  private Path unpack() throws IOException {
    URL[] path = {temporary.resolve("classes").toUri().toURL()};
    try (var classes = new URLClassLoader(path, null)) {
      return new PackagedModel(classes, "tiny", temporary.resolve("cache")).folder();
    }
  }

  private List<Path> cached() throws IOException {
    try (Stream<Path> files = Files.list(temporary.resolve("cache"))) {
      return files.toList();
    }
  }

  @Test
  void isUnpackedWithItsFolders() throws Exception {
    assertThat(unpack().resolve(WEIGHTS)).hasContent("weights");
    assertThat(unpack().resolve("model_index.json")).hasContent("{}");
  }

  @Test
  void isUnpackedOnce() throws Exception {
    Path file = unpack().resolve(WEIGHTS);
    Object key = Files.readAttributes(file, "*").get("lastModifiedTime");
    assertThat(unpack().resolve(WEIGHTS)).isEqualTo(file);
    assertThat(Files.readAttributes(file, "*")).containsEntry("lastModifiedTime", key);
    assertThat(cached()).hasSize(1);
  }

  @Test
  void isReplacedIfItWasDamaged() throws Exception {
    Path file = unpack().resolve(WEIGHTS);
    Files.writeString(file, "WEIGHTS");
    assertThat(unpack().resolve(WEIGHTS)).isEqualTo(file).hasContent("weights");
    Files.delete(file);
    assertThat(unpack().resolve(WEIGHTS)).hasContent("weights");
    assertThat(cached()).hasSize(1);
  }

  @Test
  void hasAFolderForEachContent() throws Exception {
    Path before = unpack();
    Files.writeString(packaged.resolve(WEIGHTS), "better weights");
    writeListing("model_index.json", WEIGHTS);
    assertThat(unpack()).isNotEqualTo(before);
    assertThat(before.resolve(WEIGHTS)).hasContent("weights");
    assertThat(unpack().resolve(WEIGHTS)).hasContent("better weights");
  }

  @Test
  void isUnpackedByManyAtOnce() throws Exception {
    var threads = Executors.newFixedThreadPool(4);
    try {
      Callable<Path> one = this::unpack;
      for (Future<Path> folder : threads.invokeAll(List.of(one, one, one, one))) {
        assertThat(folder.get().resolve(WEIGHTS)).hasContent("weights");
      }
    } finally {
      threads.shutdownNow();
    }
    assertThat(cached()).hasSize(1);
  }

  @Test
  void isRefusedIfItsJarIsDamaged() throws Exception {
    Files.write(packaged.resolve(WEIGHTS), "WEIGHTS".getBytes(UTF_8));
    assertThatThrownBy(this::unpack)
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("model: tiny: ")
        .hasMessageContaining(WEIGHTS)
        .hasMessageContaining("(expected: the SHA-256 ");
    assertThat(cached()).isEmpty();
  }

  @Test
  void writesNothingOutsideOfItsFolder() throws Exception {
    Files.writeString(
        packaged.resolve("files.sha256"), "0".repeat(64) + "  ../../classes/evil" + "\n");
    assertThatThrownBy(this::unpack).hasMessageContaining("(expected: a path in the folder)");
    assertThat(temporary.resolve("cache")).doesNotExist();
  }

  @Test
  void namesTheDependencyIfThereIsNoJar() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PackagedModel.unpack("nothing"))
        .withMessage(
            "model: nothing without files.sha256 (expected: a model on the class path, such as"
                + " io.diffusion4j:diffusion4j-model-nothing)");
  }
}
