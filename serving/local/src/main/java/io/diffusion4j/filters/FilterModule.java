package io.diffusion4j.filters;

import com.google.inject.AbstractModule;
import com.google.inject.Provider;
import com.google.inject.Singleton;
import com.google.inject.multibindings.Multibinder;
import io.diffusion4j.checkpoint.strict.Faults;
import io.diffusion4j.checkpoint.strict.RecordFile;
import io.diffusion4j.clip.ClipEncoders;
import io.diffusion4j.clip.ClipIdentity;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.component.ImageEncoder;
import io.diffusion4j.diffusion.digest.Sha256;
import io.diffusion4j.diffusion.filter.ConceptScore;
import io.diffusion4j.diffusion.filter.FilterException;
import io.diffusion4j.diffusion.filter.ImageFilter;
import io.diffusion4j.diffusion.pipeline.Embedder;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.diffusion.pipeline.LabelClassifier;
import io.diffusion4j.nn.engine.Compute;
import io.diffusion4j.pipeline.FolderDigest;
import io.diffusion4j.pipeline.Plugins;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Adds the filter of a settings file to the filters of every model.
 *
 * <pre>{@code
 * var plugins = Plugins.ofClassPath().add(FilterModule.read(file, compute), file.toString());
 * }</pre>
 *
 * <p>Provides an element of the set of {@link ImageFilter}s. Needs {@link ImagePipeline} if the
 * concepts are judged by the model's own CLIP. The networks of the folders in the file are shared
 * by all models, and open until this module is closed.
 */
public final class FilterModule extends AbstractModule implements AutoCloseable {
  private final Function<ImagePipeline, ImageFilter> filter;
  private final Runnable networks;

  private FilterModule(Function<ImagePipeline, ImageFilter> filter, Runnable networks) {
    this.filter = filter;
    this.networks = networks;
  }

  /**
   * Reads a file and opens the folders that it names, relative to its own.
   *
   * @param compute how the networks of these folders compute
   * @throws IOException if the file cannot be read
   * @throws IllegalArgumentException if its content is faulty, or a folder cannot be opened
   * @throws io.diffusion4j.checkpoint.CheckpointException if the content of a folder is damaged
   */
  public static FilterModule read(Path file, Compute compute) throws IOException {
    FilterFile settings = FilterFile.read(file);
    String digest = "sha256:" + HexFormat.of().formatHex(Sha256.of(Files.readAllBytes(file)));
    if (settings.safetyChecker() != null) {
      return safetyChecker(
          settings, file.resolveSibling(settings.safetyChecker()), digest, compute);
    }
    List<FilteredConcept> concepts = settings.concepts() == null ? List.of() : settings.concepts();
    return settings.clip() == null
        ? new FilterModule(
            model -> byOwnClip(file, settings.name(), digest, concepts, model), () -> {})
        : clip(settings.name(), concepts, file.resolveSibling(settings.clip()), digest, compute);
  }

  /**
   * Adds the filters of files to plugins, with which they are closed.
   *
   * @throws IllegalArgumentException if a file is faulty; the plugins are closed
   * @throws UncheckedIOException if a file cannot be read; the plugins are closed
   */
  public static Plugins addTo(Plugins plugins, List<Path> files, Compute compute) {
    try {
      for (Path file : files) {
        Check.that(Files.isRegularFile(file), "filter", file, "a file");
        plugins.add(read(file, compute), file.toString());
      }
      return plugins;
    } catch (IOException e) {
      plugins.close();
      throw new UncheckedIOException("cannot read a filter: " + e.getMessage(), e);
    } catch (RuntimeException | Error e) {
      plugins.close();
      throw e;
    }
  }

  private static FilterModule safetyChecker(
      FilterFile settings, Path folder, String digest, Compute compute) {
    double threshold = settings.threshold() == null ? 0 : settings.threshold();
    double lenient = settings.lowThreshold() == null ? threshold : settings.lowThreshold();
    String both = FolderDigest.together(List.of(digest, FolderDigest.of(folder, file -> true)));
    var how = new SafetyChecker.Settings(settings.name(), both, threshold, lenient);
    SafetyChecker checker = SafetyChecker.open(folder, how, compute);
    return new FilterModule(model -> checker, checker::close);
  }

  private static FilterModule clip(
      String name, List<FilteredConcept> concepts, Path folder, String digest, Compute compute) {
    String both = FolderDigest.together(List.of(digest, ClipIdentity.of(folder)));
    var clip = ClipEncoders.open(folder, Optional.empty(), compute);
    try {
      ImageFilter filter =
          ConceptFilter.of(name, both, concepts, clip.text(), clip.image(), clip.logitScale());
      return new FilterModule(model -> filter, clip::close);
    } catch (RuntimeException | Error e) {
      clip.close();
      throw e;
    }
  }

  private static ImageFilter byOwnClip(
      Path file, String name, String digest, List<FilteredConcept> concepts, ImagePipeline model) {
    Embedder space = model.embedder().orElseThrow(() -> noClip(file, model));
    ImageEncoder images = space.images().orElseThrow(() -> noClip(file, model));
    String both = FolderDigest.together(List.of(digest, model.card().identity().weightsDigest()));
    return ConceptFilter.of(
        name, both, concepts, space.texts(), images, LabelClassifier.LOGIT_SCALE);
  }

  private static FilterException noClip(Path file, ImagePipeline model) {
    return new FilterException(
        file.toString(),
        "clip: none in the model " + model.card().name(),
        "clip with the folder of one");
  }

  @Override
  protected void configure() {
    Provider<ImagePipeline> model = getProvider(ImagePipeline.class);
    Multibinder.newSetBinder(binder(), ImageFilter.class)
        .addBinding()
        .toProvider(() -> filter.apply(model.get()))
        .in(Singleton.class);
  }

  @Override
  public void close() {
    networks.run();
  }

  /**
   * The settings of a filter, from a file in YAML or JSON. Either {@code concepts} or {@code
   * safetyChecker} is given.
   *
   * @param name the name of the filter, in responses and meters
   * @param concepts the concepts that pictures must not show
   * @param clip the folder of the CLIP for the concepts; the model's own unless given
   * @param safetyChecker the folder of a published safety checker
   * @param threshold the threshold of the safety checker; 0, as published, unless given
   * @param lowThreshold the low threshold of the safety checker for requests with low moderation;
   *     as {@code threshold} unless given
   */
  record FilterFile(
      String name,
      @Nullable List<FilteredConcept> concepts,
      @Nullable String clip,
      @Nullable String safetyChecker,
      @Nullable Double threshold,
      @Nullable Double lowThreshold) {
    /**
     * Checks the settings.
     *
     * @throws IllegalArgumentException with all faults
     */
    public FilterFile {
      Set<String> names = new HashSet<>();
      if (concepts != null) {
        concepts = List.copyOf(concepts);
        concepts.forEach(concept -> names.add(concept.name()));
      }
      boolean checker = safetyChecker != null;
      new Faults()
          .require(ConceptScore.isName(name), "name", name, ConceptScore.A_NAME)
          .require(
              checker ? concepts == null : concepts != null && !concepts.isEmpty(),
              "concepts",
              concepts == null ? "none" : concepts.size(),
              checker ? "none beside safety-checker" : "at least one, or safety-checker")
          .require(
              concepts == null || names.size() == concepts.size(),
              "concepts",
              "two with one name",
              "a name of its own for each")
          .require(!checker || clip == null, "clip", clip + "", "none beside safety-checker")
          .require(
              checker || (threshold == null && lowThreshold == null),
              "threshold",
              "without safety-checker",
              "in each of the concepts")
          .throwIfAny();
    }

    /**
     * Reads a file.
     *
     * @throws IOException if it cannot be read
     * @throws IllegalArgumentException with all faults of its content
     */
    public static FilterFile read(Path file) throws IOException {
      RecordFile content = RecordFile.read(file);
      var read = content.takeAll(FilterFile.class);
      content.end();
      return read.orElseThrow(); // otherwise there was a fault
    }
  }
}
