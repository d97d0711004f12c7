package io.diffusion4j.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import io.diffusion4j.diffusion.argument.Check;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A pipeline in diffusers' layout: {@code model_index.json}, which names the components and their
 * classes, and a folder for each component.
 */
public final class ModelFolder {
  /** The file that makes a folder a pipeline. */
  public static final String INDEX = "model_index.json";

  private static final Pattern NAME = Pattern.compile("\\w[\\w.-]*");

  private final Path path;
  private final String className;
  private final SortedMap<String, Component> components;
  private final List<String> absent;
  private final JsonNode index;

  /**
   * The class of a component. Only the class counts: older files say {@code unclip} where newer
   * ones say {@code diffusers}.
   *
   * @param library the Python package, e.g. {@code transformers}
   * @param className e.g. {@code CLIPTextModelWithProjection}
   */
  public record Component(String library, String className) {}

  private ModelFolder(
      Path path,
      String className,
      SortedMap<String, Component> components,
      List<String> absent,
      JsonNode index) {
    this.path = path;
    this.className = className;
    this.components = Collections.unmodifiableSortedMap(components);
    this.absent = absent;
    this.index = index;
  }

  /**
   * Reads the index of a folder. Components are only checked when they are used, or by {@link
   * #require}. The pipeline's own settings in the index are not checked.
   *
   * @throws CheckpointException if the index is missing or invalid
   * @throws UncheckedIOException if it cannot be read
   */
  public static ModelFolder open(Path folder) {
    Path file = folder.resolve(INDEX);
    if (!Files.isRegularFile(file)) {
      throw new CheckpointException(
          folder, "not the folder of a pipeline (expected: " + INDEX + ")");
    }
    var components = new TreeMap<String, Component>();
    var absent = new ArrayList<String>();
    var problems = new ArrayList<String>();
    JsonNode index = Json.readObject(file);
    for (Map.Entry<String, JsonNode> entry : index.properties()) {
      String name = entry.getKey();
      JsonNode value = entry.getValue();
      if (name.startsWith("_") || !value.isArray()) {
        continue;
      }
      if (value.size() == 2 && value.get(0).isNull() && value.get(1).isNull()) {
        absent.add(name);
      } else if (value.size() != 2 || !value.get(0).isTextual() || !value.get(1).isTextual()) {
        problems.add(name + ": " + value + " (expected: [library, class])");
      } else if (!NAME.matcher(name).matches()) {
        problems.add(name + " (expected: the name of a folder)");
      } else {
        components.put(name, new Component(value.get(0).textValue(), value.get(1).textValue()));
      }
    }
    JsonNode className = index.path("_class_name");
    if (!className.isTextual()) {
      problems.add(
          "_class_name: %s (expected: the class of a pipeline)"
              .formatted(className.isMissingNode() ? "missing" : className));
    }
    if (!problems.isEmpty()) {
      throw new CheckpointException(file, "not a valid index", problems);
    }
    return new ModelFolder(folder, className.textValue(), components, List.copyOf(absent), index);
  }

  /**
   * Writes the index of a pipeline, and creates the missing folders of components, without
   * contents. Write the index last: with it the folder becomes a pipeline.
   *
   * @throws UncheckedIOException if it cannot be written
   */
  public static void write(Path folder, String className, Map<String, Component> components) {
    write(folder, className, components, Map.of());
  }

  /**
   * Writes the index with settings of the pipeline itself.
   *
   * @param settings the settings by name
   */
  public static void write(
      Path folder,
      String className,
      Map<String, Component> components,
      Map<String, ConfigWriter> settings) {
    ConfigWriter index = ConfigWriter.diffusers(className);
    settings.forEach(index::put);
    components.forEach(
        (name, component) -> {
          Check.that(NAME.matcher(name).matches(), "component", name, "the name of a folder");
          index.put(name, List.of(component.library(), component.className()));
        });
    try {
      for (String name : components.keySet()) {
        Files.createDirectories(folder.resolve(name));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot create folders in " + folder + ": " + e, e);
    }
    index.write(folder.resolve(INDEX));
  }

  /** Returns the folder. */
  public Path path() {
    return path;
  }

  /** Returns the class of the pipeline, e.g. {@code UnCLIPPipeline}. */
  public String className() {
    return className;
  }

  /** Returns the components by name, without those that are null in the index. */
  public SortedMap<String, Component> components() {
    return components;
  }

  /** Returns the texts of one of the pipeline's own settings, by name; empty if it has none. */
  public Map<String, String> texts(String setting) {
    var texts = new TreeMap<String, String>();
    index.path(setting).properties().forEach(e -> texts.put(e.getKey(), e.getValue().asText()));
    return texts;
  }

  /**
   * Returns the class of a component.
   *
   * @throws CheckpointException if the index does not list it
   */
  public Component component(String name) {
    Component component = components.get(name);
    if (component == null) {
      throw new CheckpointException(path.resolve(INDEX), noComponent(name));
    }
    return component;
  }

  /**
   * Checks that the index lists these components and that their folders exist.
   *
   * @throws CheckpointException with all that are missing
   */
  public ModelFolder require(String... names) {
    List<String> problems =
        Stream.of(names)
            .flatMap(
                name ->
                    !components.containsKey(name)
                        ? Stream.of(noComponent(name))
                        : Files.isDirectory(path.resolve(name))
                            ? Stream.empty()
                            : Stream.of(name + ": no such folder"))
            .toList();
    if (!problems.isEmpty()) {
      throw new CheckpointException(path, "components are missing", problems);
    }
    return this;
  }

  /**
   * Whether the folder of a component exists. It may be one that the index does not list: an image
   * encoder beside the pipeline that makes images from text.
   */
  public boolean has(String name) {
    return NAME.matcher(name).matches()
        && !absent.contains(name)
        && Files.isDirectory(path.resolve(name));
  }

  /**
   * Returns the folder of a component.
   *
   * @throws CheckpointException if it is not there
   */
  public Path folder(String name) {
    if (!has(name)) {
      throw components.containsKey(name)
          ? new CheckpointException(path.resolve(name), "no such folder")
          : new CheckpointException(path, noComponent(name));
    }
    return path.resolve(name);
  }

  /** Returns the settings of a component, from {@code config.json}. */
  public ComponentConfig config(String name) {
    return ComponentConfig.read(file(name, "config.json"));
  }

  /** Returns the settings of a scheduler, from {@code scheduler_config.json}. */
  public SchedulerConfig scheduler(String name) {
    return SchedulerConfig.readUnclip(name, file(name, SchedulerConfig.FILE_NAME));
  }

  /** Returns the weights of a component; the caller closes them. */
  public Checkpoint checkpoint(String name) {
    return Checkpoint.open(folder(name), Checkpoint.DIFFUSERS, Checkpoint.TRANSFORMERS);
  }

  @Override
  public String toString() {
    return className + " in " + path;
  }

  private Path file(String name, String fileName) {
    Path file = folder(name).resolve(fileName);
    if (!Files.isRegularFile(file)) {
      throw new CheckpointException(file, "no such file");
    }
    return file;
  }

  private String noComponent(String name) {
    return absent.contains(name)
        ? "component " + name + ": null (expected: [library, class])"
        : "component: "
            + name
            + " (expected: one of "
            + String.join(", ", components.keySet())
            + ")";
  }
}
