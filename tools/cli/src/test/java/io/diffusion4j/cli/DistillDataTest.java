package io.diffusion4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.diffusion4j.checkpoint.SafetensorsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Students learn from pictures in the place of samples that the teacher draws. */
final class DistillDataTest {
  private static final int COUNT = GreyPictures.COUNT;

  @TempDir private Path folder = Path.of("");
  private Path pictures = Path.of("");

  @BeforeEach
  void writePictures() throws IOException {
    pictures = Files.createDirectories(folder.resolve("pictures"));
    GreyPictures.write(pictures);
  }

  private Run distill(Path teacher, String student, String... more) {
    return distill(teacher, student, "progressive", 2, more);
  }

  private Run distill(Path teacher, String student, String method, int steps, String... more) {
    List<String> line = new ArrayList<>(List.of("distill", teacher.toString()));
    line.addAll(List.of("--output", folder.resolve(student).toString()));
    line.addAll(List.of("--data", pictures.toString(), "--method", method));
    line.addAll(List.of("--student-steps", method.equals("direct") ? "1" : "2"));
    line.addAll(List.of("--teacher-steps", "8", "--batch", "4", "--steps", "" + steps));
    line.addAll(List.of(more));
    return Run.of(line.toArray(String[]::new));
  }

  private Path ddpm(String... more) {
    Path model = folder.resolve("ddpm");
    List<String> line = new ArrayList<>(List.of("train", "ddpm", "--preset=tiny", "--steps=2"));
    line.addAll(List.of("--model", model.toString(), "--state", model + "-state"));
    line.addAll(List.of(more));
    run(line.toArray(String[]::new));
    return model;
  }

  private static void run(String... arguments) {
    Run run = Run.of(arguments);
    assertThat(run.status()).as(run.err()).isZero();
  }

  private void assertDraws(String student, String... prompt) {
    List<String> line = new ArrayList<>(List.of("generate"));
    line.addAll(List.of(prompt));
    line.addAll(List.of("--model", folder.resolve(student).toString()));
    line.addAll(List.of("--output", folder.resolve("drawn.png").toString()));
    run(line.toArray(String[]::new));
  }

  @Test
  void pixels() throws IOException {
    Path teacher = ddpm();
    Files.writeString(pictures.resolve("drawing.svg"), "<svg/>");
    Run distilled = distill(teacher, "student");
    assertThat(distilled.status()).as(distilled.err()).isZero();
    assertThat(distilled.err()).contains("not read: 1 .svg");
    assertDraws("student");
    Path samples = folder.resolve("student-state/decoder/data/pairs-00000.safetensors");
    try (var stored = SafetensorsFile.open(samples)) {
      assertThat(stored.shape("samples")[0]).isEqualTo(COUNT);
      float[] values = stored.read("samples");
      int row = values.length / COUNT;
      float[] levels = new float[COUNT];
      for (int i = 0; i < COUNT; i++) {
        levels[i] = Math.round(4 * values[i * row]);
      }
      assertThat(levels).as("pictures").containsExactlyInAnyOrder(-4, -3, -2, -1, 0, 1, 2, 3, 4);
    }

    Run again = distill(teacher, "student");
    assertThat(again.err()).contains("going on from step 2");
    GreyPictures.write(pictures, 3, 0.9f);
    assertThat(distill(teacher, "student").err()).contains("of another distillation (expected: {");
  }

  @Test
  void classesKeepTheirNames() throws IOException {
    for (int i = 0; i < COUNT; i++) {
      Path of = Files.createDirectories(pictures.resolve(i % 2 == 0 ? "bright" : "dark"));
      Files.move(pictures.resolve(i + ".png"), of.resolve(i + ".png"));
      Files.delete(pictures.resolve(i + ".txt"));
    }
    String[] classes = {"--classes", "folder"};
    Path teacher = ddpm("--data", pictures.toString(), "--technique", "classes=folder");
    assertThat(distill(teacher, "student").err())
        .contains(
            "data: classes: 0 (expected: the 2 of the model, as --classes folder or caption finds"
                + " them)");
    Run distilled = distill(teacher, "student", classes);
    assertThat(distilled.status()).as(distilled.err()).isZero();
    var own = new ObjectMapper().readTree(folder.resolve("student/model_index.json").toFile());
    assertThat(own.path("id2label").toString()).isEqualTo("{\"0\":\"bright\",\"1\":\"dark\"}");
    Files.move(pictures.resolve("dark"), pictures.resolve("black"));
    assertThat(distill(teacher, "other", classes).err())
        .contains("data: classes: black, bright (expected: those of the model: bright, dark)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"unclip", "kandinsky_small", "sd_small"})
  void modelsOfTexts(String config) throws IOException {
    Path teacher = folder.resolve("teacher");
    if (config.equals("unclip")) {
      RandomUnclip.write(teacher);
    } else {
      run("init", "--config", config, "--output", teacher.toString());
    }
    Run distilled = distill(teacher, "student", "consistency", 2);
    assertThat(distilled.status()).as(distilled.err()).isZero();
    String student = config.startsWith("kandinsky") ? "student/decoder" : "student";
    assertDraws(student, "picture 3");
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void severalProcesses() throws IOException {
    Path teacher = ddpm();
    String[] exact = {"--exact", "--precision", "f32"};
    Run alone = distill(teacher, "alone", "consistency", 12, exact);
    assertThat(alone.status()).as(alone.err()).isZero();
    List<String> more = new ArrayList<>(List.of(exact));
    more.addAll(List.of("--processes", "2"));
    Run two = distill(teacher, "two", "consistency", 12, more.toArray(String[]::new));
    assertThat(two.status()).as(two.err()).isZero();
    String weights = "unet/diffusion_pytorch_model.safetensors";
    assertThat(folder.resolve("two").resolve(weights))
        .hasSameBinaryContentAs(folder.resolve("alone").resolve(weights));
  }

  @Test
  void badInputGetsOneClearError() throws IOException {
    Path teacher = folder.resolve("unclip");
    RandomUnclip.write(teacher);
    assertThat(distill(teacher, "bad", "direct", 2).err())
        .contains(
            pictures
                + " (expected: none with the method direct, which learns from samples of"
                + " the teacher)");
    assertThat(distill(teacher, "bad", "--captions", "x.txt").err())
        .contains("captions: x.txt (expected: none beside --data)");
    assertThat(distill(teacher, "bad", "--classes", "label").err())
        .contains("classes: label (expected: one of caption, folder, none)");
    assertThat(distill(teacher, "bad", "--pairs", "4").err()).contains("pairs: 4 (expected: ≥ 8)");
    pictures = folder.resolve("nothing");
    assertThat(distill(teacher, "bad").err()).contains("data: ", "nothing");
    assertThat(folder.resolve("bad")).doesNotExist();
  }
}
