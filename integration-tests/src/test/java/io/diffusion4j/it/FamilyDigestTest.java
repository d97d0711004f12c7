package io.diffusion4j.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.diffusion.guidance.Guides;
import io.diffusion4j.golden.GoldenRoots;
import io.diffusion4j.pipeline.OpenOptions;
import io.diffusion4j.pipeline.OpenPipeline;
import io.diffusion4j.pipeline.Residency;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The digest of a model changes with every file that its family reads. */
class FamilyDigestTest {
  /** Files that name components and words, but do not decide what is drawn. */
  private static final Set<String> PASSED_OVER =
      Set.of("README.md", "model_index.json", "case.json", "io.safetensors", "noise.safetensors");

  @TempDir private Path folder = Path.of("");

  private final OpenOptions how = OpenOptions.with(Residency.ONE_AT_A_TIME);

  private void copy(String golden, Path to) throws IOException {
    Path from = GoldenRoots.shipped().find(golden);
    for (Path file : files(from)) {
      Path copy = to.resolve(from.relativize(file).toString());
      Files.createDirectories(copy.getParent());
      Files.copy(file, copy);
    }
  }

  /** Everything in the folder and its components but the records of golden cases. */
  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> walk = Files.walk(folder, 2)) {
      return walk.filter(Files::isRegularFile).sorted().toList();
    }
  }

  private static boolean isRead(Path file) {
    return !PASSED_OVER.contains(file.getFileName().toString());
  }

  private void assertEveryFileDecides(Path model, OpenOptions opening, Path... beside)
      throws IOException {
    var family = OpenPipeline.family(model);
    var read = new ArrayList<Path>();
    for (Path part : Stream.concat(Stream.of(model), Stream.of(beside)).toList()) {
      files(part).stream().filter(FamilyDigestTest::isRead).forEach(read::add);
    }
    assertThat(read).hasSizeGreaterThan(2);
    for (Path file : read) {
      String before = family.digest(model, opening);
      Files.writeString(file, " ", StandardOpenOption.APPEND);
      assertThat(family.digest(model, opening)).as("%s", file).isNotEqualTo(before);
    }
  }

  private void noisedClip(Path clip) throws IOException {
    Files.createDirectories(clip);
    Files.writeString(clip.resolve("clip_image_enc.pt"), "image");
    Files.writeString(clip.resolve("clip_text_enc.pt"), "text");
  }

  @Test
  void unclip() throws IOException {
    copy("unclip-pipeline", folder.resolve("model"));
    Path clip = folder.resolve("clip");
    noisedClip(clip);
    assertEveryFileDecides(
        folder.resolve("model"), how.withGuides(Map.of(Guides.CLIP, clip)), clip);
  }

  @Test
  void kandinsky() throws IOException {
    copy("kandinsky/decoder", folder.resolve("decoder"));
    copy("kandinsky/prior", folder.resolve("prior"));
    assertEveryFileDecides(folder.resolve("decoder"), how, folder.resolve("prior"));
  }

  @Test
  void pixelModels() throws IOException {
    for (String golden : List.of("ddpm/cifar10", "ddpm/butterflies", "dit/pipeline")) {
      Path model = folder.resolve(golden);
      copy(golden, model);
      if (golden.endsWith("cifar10")) { // each of its subfolders is a case
        for (Path file : files(model)) {
          if (model.relativize(file).getNameCount() == 2) {
            Files.delete(file);
          }
        }
      }
      assertEveryFileDecides(model, how);
    }
  }

  @Test
  void glideWithTheNamesOfItsRepository() throws IOException {
    Path model = folder.resolve("glide");
    TinyGlideFolder.write(model, false);
    Path tokenizer = model.resolve("tokenizer");
    Files.move(tokenizer.resolve("vocab.json"), tokenizer.resolve("encoder.json"));
    Files.move(tokenizer.resolve("merges.txt"), tokenizer.resolve("vocab.bpe"));
    Path clip = folder.resolve("clip");
    noisedClip(clip);
    assertEveryFileDecides(model, how.withGuides(Map.of(Guides.CLIP, clip)), clip);
  }
}
