package io.diffusion4j.pipeline;

import io.diffusion4j.checkpoint.ComponentConfig;
import io.diffusion4j.checkpoint.ConfigWriter;
import io.diffusion4j.checkpoint.ModelFolder;
import io.diffusion4j.checkpoint.lora.Lora;
import io.diffusion4j.checkpoint.lora.LoraChoice;
import io.diffusion4j.diffusion.argument.Check;
import io.diffusion4j.diffusion.stage.Stage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The distilled stages of a model, by name: {@value #FILE} in its folder. The other stages draw as
 * they did.
 *
 * @param stages the students by the names of their stages
 */
public record Students(SortedMap<String, Student> stages) {
  /** The name of the file. */
  public static final String FILE = "distilled.json";

  /** The note of a file of low-rank updates with which stages are students. */
  public static final String NOTE = "diffusion4j.distilled";

  /** No stage was distilled. */
  public static final Students NONE = new Students(new TreeMap<>());

  public Students {
    stages = Collections.unmodifiableSortedMap(new TreeMap<>(stages));
  }

  /**
   * Reads the file of a folder; no stages if the model was not distilled.
   *
   * @throws io.diffusion4j.checkpoint.CheckpointException if it has an unknown field
   */
  public static Students in(Path folder) {
    Path file = folder.resolve(FILE);
    return Files.isRegularFile(file) ? read(ComponentConfig.read(file)) : NONE;
  }

  /**
   * Reads the students of a folder with low-rank updates, some of which may make students of its
   * stages.
   *
   * @throws io.diffusion4j.checkpoint.CheckpointException if a file has an unknown field
   */
  public static Students in(Path folder, List<LoraChoice> loras) {
    return in(folder).with(loras);
  }

  /** Returns these and those of low-rank updates whose scale is not 0. */
  public Students with(List<LoraChoice> loras) {
    Students all = this;
    for (LoraChoice choice : loras) {
      try (var lora = Lora.open(choice.file())) {
        all = choice.scale() == 0 ? all : all.and(noted(lora.path(), lora.notes()));
      }
    }
    return all;
  }

  /**
   * Reads the note of low-rank updates; no stages without one.
   *
   * @param file for messages
   * @param notes the metadata of the file
   */
  public static Students noted(Path file, Map<String, String> notes) {
    String note = notes.get(NOTE);
    return note == null ? NONE : read(ComponentConfig.parse(file, note));
  }

  private static Students read(ComponentConfig config) {
    SortedMap<String, Student> stages = new TreeMap<>();
    config.names().forEach(stage -> stages.put(stage, Student.read(config.object(stage))));
    config.refuseUnknown();
    return new Students(stages);
  }

  /**
   * Returns normally if a model can be distilled into a folder: the teacher is no student, and the
   * folder is new or a student's.
   *
   * @throws IllegalArgumentException if not
   */
  public static void check(Path teacher, Path student) {
    Check.that(in(teacher).isEmpty(), "model", teacher, "a teacher, not a student");
    boolean isModel =
        Files.exists(student.resolve(ModelFolder.INDEX))
            || OpenPipeline.familyAt(student).isPresent();
    Check.that(
        !isModel || !in(student).isEmpty(),
        "output",
        student,
        "a folder of its own; another model is there");
  }

  /** Returns these and others, which replace those of the same stages. */
  public Students and(Students others) {
    SortedMap<String, Student> more = new TreeMap<>(stages);
    more.putAll(others.stages);
    return new Students(more);
  }

  /** Returns these and one more, which replaces one of the same stage. */
  public Students with(String stage, Student student) {
    return and(new Students(new TreeMap<>(Map.of(stage, student))));
  }

  /** Writes the file of a folder. */
  public void write(Path folder) {
    settings().write(folder.resolve(FILE));
  }

  /** Returns the note of low-rank updates. */
  public Map<String, String> note() {
    return Map.of(NOTE, settings().text());
  }

  private ConfigWriter settings() {
    var all = ConfigWriter.nested();
    stages.forEach((stage, student) -> all.put(stage, student.settings()));
    return all;
  }

  /** Whether any stage was distilled. */
  public boolean isEmpty() {
    return stages.isEmpty();
  }

  /** Returns the student of a stage; empty if it draws as it did. */
  public Optional<Student> of(String stage) {
    return Optional.ofNullable(stages.get(stage));
  }

  /** Returns a stage with its student's steps and samplers only; the same if it has none. */
  public Stage limited(Stage stage) {
    return of(stage.name()).map(student -> student.limited(stage)).orElse(stage);
  }

  /** Returns the steps of the stages for the description of a model, {@code ", distilled …"}. */
  public String suffix() {
    return isEmpty()
        ? ""
        : ", distilled to steps: "
            + stages.entrySet().stream()
                .map(stage -> stage.getKey() + " " + stage.getValue().steps())
                .collect(Collectors.joining(", "));
  }

  /** Returns what the stages are, a line each. */
  public String words() {
    return stages.entrySet().stream()
        .map(stage -> stage.getKey() + ": " + stage.getValue().words())
        .collect(Collectors.joining("\n"));
  }
}
