package io.diffusion4j.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PublishedFolderTest {
  private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

  @TempDir private Path cache = Path.of("");

  @ParameterizedTest
  @CsvSource({
    "models--org--name/snapshots/" + COMMIT + ", org/name@" + COMMIT,
    "models--name/snapshots/" + COMMIT + ", name@" + COMMIT,
    "models--org--name/snapshots/main, ''",
    "org/name, ''"
  })
  void aSnapshotIsNamedByItsPath(String path, String name) throws IOException {
    Path folder = Files.createDirectories(cache.resolve(path));
    assertThat(PublishedFolder.name(folder)).isEqualTo(name);
  }
}
