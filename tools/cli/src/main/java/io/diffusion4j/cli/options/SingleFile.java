package io.diffusion4j.cli.options;

import io.diffusion4j.checkpoint.ModelFolder;
import io.diffusion4j.checkpoint.ldm.LdmCheckpoint;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.digest.Sha256;
import io.diffusion4j.diffusion.process.Parameterization;
import io.diffusion4j.pipeline.ModelFamily;
import io.diffusion4j.pipeline.PublishedLayout.Conversion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Single files of Stable Diffusion in place of model folders. A file is converted at its first use,
 * to a folder in the user's cache; what no file of weights contains is read beside it.
 */
public final class SingleFile {
  private static final System.Logger LOG = System.getLogger(SingleFile.class.getName());

  /** The folder of the cache, in place of the user's own. */
  static final String CACHE = "diffusion4j.cache";

  private static final String LAYOUT = "stable-diffusion";
  private static final String XDG_CACHE = "XDG_CACHE_HOME";
  private static final String VOCABULARY = "bpe_simple_vocab_16e6.txt.gz";
  private static final String TOKENIZER = "tokenizer";
  private static final Pattern PREDICTS_V =
      Pattern.compile("(?m)^\\s*parameterization:\\s*\"?v\\b");
  private static final int KEY_BYTES = 8;

  private SingleFile() {}

  /**
   * Returns a folder unchanged, and for a file the folder of its model.
   *
   * @throws IllegalArgumentException if the vocabulary is not beside the file
   * @throws io.diffusion4j.checkpoint.CheckpointException if it is another model's, or damaged
   */
  public static Path folder(Path named) {
    if (!Files.isRegularFile(named)) {
      return named;
    }
    Path file = named.toAbsolutePath().normalize();
    try {
      Path folder = cache().resolve(file.getFileName() + "-" + key(file));
      if (!Files.exists(folder.resolve(ModelFolder.INDEX))) { // it is written last
        LdmCheckpoint.open(file).close(); // another model is refused first
        ModelFamily.all("layout of " + named, ModelFamily::published)
            .named(LAYOUT)
            .converter()
            .accept(
                new Conversion(
                    List.of(file),
                    Optional.of(vocabulary(file)),
                    Optional.empty(),
                    predicted(file),
                    folder,
                    Optional.empty()));
        LOG.log(System.Logger.Level.WARNING, "{0}: converted to {1}, once", named, folder);
      }
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + named + ": " + e, e);
    }
  }

  private static Path cache() {
    String xdg = System.getenv().getOrDefault(XDG_CACHE, "");
    Path users = xdg.isEmpty() ? Path.of(System.getProperty("user.home"), ".cache") : Path.of(xdg);
    return Path.of(System.getProperty(CACHE, users.resolve("diffusion4j").toString()));
  }

  /** Identifies a state of a file and of the settings beside it. */
  private static String key(Path file) throws IOException {
    String state =
        "%s %d %s %s"
            .formatted(
                file,
                Files.size(file),
                Files.getLastModifiedTime(file),
                predicted(file).orElse(null));
    byte[] digest = Sha256.start().digest(state.getBytes(StandardCharsets.UTF_8));
    return HexFormat.of().formatHex(digest, 0, KEY_BYTES);
  }

  private static Path vocabulary(Path file) {
    return Stream.of(TOKENIZER, VOCABULARY)
        .map(file::resolveSibling)
        .filter(Files::exists)
        .findFirst()
        .orElseThrow(
            () ->
                Check.refusal(
                    TOKENIZER,
                    "none beside " + file,
                    "%s, or the folder %s of another model; no file of weights has the vocabulary",
                    VOCABULARY,
                    TOKENIZER));
  }

  /** Reads what the network predicts from the file's YAML in the original repositories' form. */
  public static Optional<Parameterization> predicted(Path file) throws IOException {
    String name = file.getFileName().toString().replaceFirst("\\.\\w+$", "");
    Path settings = file.resolveSibling(name + ".yaml");
    return Files.exists(settings)
        ? Optional.of(
            PREDICTS_V.matcher(Files.readString(settings)).find()
                ? Parameterization.V
                : Parameterization.EPS)
        : Optional.empty();
  }
}
