package io.diffusion4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A trained model becomes a student of few steps, which draws, in a folder that names its teacher.
 */
final class DistillTest {
  @TempDir private static Path folder = Path.of("");

  private static String path(String name) {
    return folder.resolve(name).toString();
  }

  private static Run distill(String student, String... more) {
    return distillOf("teacher", student, more);
  }

  private static Run distillOf(String teacher, String student, String... more) {
    List<String> line = new ArrayList<>(List.of("distill", path(teacher), "--output"));
    line.addAll(List.of(path(student), "--pairs", "16", "--teacher-steps", "8", "--batch", "4"));
    line.addAll(List.of(more));
    return Run.of(line.toArray(String[]::new));
  }

  private static Run draw(String student, String... more) {
    List<String> line = new ArrayList<>(List.of("generate", "--model", path(student)));
    line.addAll(List.of("--seed", "1", "--output", path(student + ".png")));
    line.addAll(List.of(more));
    return Run.of(line.toArray(String[]::new));
  }

  @BeforeAll
  static void makeTheTeachers() {
    train("teacher", "2");
    RandomUnclip.write(folder.resolve("unclip"));
  }

  private static void train(String model, String steps) {
    Run trained =
        Run.of(
            "train",
            "ddpm",
            "--preset",
            "tiny",
            "--steps",
            steps,
            "--model",
            path(model),
            "--state",
            path(model + "-state"));
    assertThat(trained.status()).as(trained.err()).isZero();
  }

  @Test
  void anEarlierModelGuides() throws IOException {
    train("guided", "3");
    String[] four = {"--decoder-steps", "4", "--decoder-guider", "cfg:weak=2"};
    assertThat(draw("guided", four).err())
        .contains("(expected: weaker=attention or weaker=block, without classifier-free guidance)");
    Files.createDirectory(folder.resolve("guided/weaker"));
    for (String file : List.of("config.json", "diffusion_pytorch_model.safetensors")) {
      Files.copy(
          folder.resolve("teacher/unet").resolve(file),
          folder.resolve("guided/weaker").resolve(file));
    }
    Run plain = draw("guided", "--decoder-steps", "4");
    assertThat(plain.status()).as(plain.err()).isZero();
    byte[] before = Files.readAllBytes(folder.resolve("guided.png"));
    Run guided = draw("guided", four);
    assertThat(guided.status()).as(guided.err()).isZero();
    assertThat(Files.readAllBytes(folder.resolve("guided.png"))).isNotEqualTo(before);
  }

  @Test
  void aModelWithPartsLeftOutGuidesItself() throws IOException {
    Run plain = draw("teacher", "--decoder-steps", "4");
    assertThat(plain.status()).as(plain.err()).isZero();
    List<byte[]> pictures = new ArrayList<>();
    pictures.add(Files.readAllBytes(folder.resolve("teacher.png")));
    for (String weaker : List.of("attention", "block", "block,layers=0+1")) {
      Run guided = drawGuided("cfg:weak=2,weaker=" + weaker);
      assertThat(guided.status()).as(guided.err()).isZero();
      pictures.add(Files.readAllBytes(folder.resolve("teacher.png")));
    }
    assertThat(pictures).doesNotHaveDuplicates();
    assertThat(drawGuided("cfg:weak=2,weaker=block,layers=99").err())
        .contains(
            "decoder-guider: \"cfg:weak=2,weaker=block,layers=99\" (expected: layers from 0 to 3)");
  }

  private static Run drawGuided(String guider) {
    return draw("teacher", "--decoder-steps", "4", "--decoder-guider", guider);
  }

  @Test
  void directlyInOneStep() throws IOException {
    Run distilled = distill("direct", "--steps", "3", "--method", "direct");
    assertThat(distilled.status()).as(distilled.err()).isZero();
    assertThat(Files.readString(folder.resolve("direct/distilled.json")))
        .contains(
            "\"decoder\": {", "\"method\": \"direct\"", "\"steps\": 1", "\"teacher\": \"sha256:");
    assertThat(folder.resolve("direct/scheduler/scheduler_config.json"))
        .content()
        .contains("\"prediction_type\": \"v_prediction\"", "\"timestep_spacing\": \"trailing\"");
    assertThat(folder.resolve("direct-state/decoder/pairs-8-1.0/pairs-00000.safetensors")).exists();

    Run drawn = draw("direct");
    assertThat(drawn.status()).as(drawn.err()).isZero();
    assertThat(draw("direct", "--decoder-sampler", "tcd").status()).isZero();
    assertThat(draw("direct", "--decoder-steps", "25").err())
        .contains("25 (expected: 1, for which the model was distilled)");
    assertThat(draw("direct", "--decoder-sampler", "ddpm").err())
        .contains(
            "(expected: one of consistency, ddim, lcm, tcd; ddpm needs a model of many steps)");

    Run again = distill("direct", "--steps", "3");
    assertThat(again.status()).as(again.err()).isZero();
    assertThat(again.err()).contains("going on from step 3");
    Run other = distill("direct", "--steps", "3", "--seed", "9");
    assertThat(other.err()).contains("of another distillation (expected: {seed=9}; remove");
  }

  @Test
  void otherCaptionsAreAnotherDistillation() throws IOException {
    Path captions = Files.writeString(folder.resolve("said.txt"), "a cat\ntwo dogs\n");
    String[] few = {"--steps", "1", "--captions", captions.toString(), "--part", "prior"};
    Run first = distillOf("unclip", "said", few);
    assertThat(first.status()).as(first.err()).isZero();
    Files.writeString(captions, "a cat\ntwo bees\n");
    assertThat(distillOf("unclip", "said", few).err())
        .containsPattern("of another distillation \\(expected: \\{captions=[0-9a-f]{16}}; remove");
  }

  @Test
  void progressivelyToTwoSteps() {
    Run distilled =
        distill("halved", "--steps", "2", "--method", "progressive", "--student-steps", "2");
    assertThat(distilled.status()).as(distilled.err()).isZero();
    assertThat(folder.resolve("halved-state/decoder/progressive-4/student.safetensors")).exists();
    assertThat(folder.resolve("halved/distilled.json")).content().contains("\"steps\": 2");
    Run drawn = draw("halved");
    assertThat(drawn.status()).as(drawn.err()).isZero();
    Path first = folder.resolve("halved-state/decoder/progressive-4");
    assertThat(
            distill("halved", "--steps", "3", "--method", "progressive", "--student-steps", "2")
                .err())
        .contains(
            "student.safetensors: of another distillation (expected: {steps=3}; remove "
                + first
                + " to distil anew)");
  }

  /** A student of the method draws with its sampler. */
  @Test
  void consistently() {
    Run distilled =
        distill("even", "--steps", "12", "--method", "consistency", "--student-steps", "2");
    assertThat(distilled.status()).as(distilled.err()).isZero();
    assertThat(folder.resolve("even/distilled.json"))
        .content()
        .contains("\"method\": \"consistency\"")
        .containsSubsequence("\"consistency\",", "\"ddim\",");
    assertThat(draw("even").status()).isZero();
    assertThat(draw("even", "--decoder-steps", "4").err())
        .contains("4 (expected: 2, for which the model was distilled)");
  }

  /** The stages of unCLIP become students one after the other, in one folder. */
  @Test
  void stagesOfUnclip() throws IOException {
    Path captions = Files.writeString(folder.resolve("captions.txt"), "a cat\n\ntwo dogs\n");
    String[] few = {"--steps", "2", "--captions", captions.toString()};
    Run all = distillOf("unclip", "words", few);
    assertThat(all.status()).as(all.err()).isZero();
    assertThat(Files.readString(folder.resolve("words/distilled.json")))
        .contains("\"prior\": {", "\"decoder\": {", "\"super_res\": {", "\"samplers\": [");
    assertThat(folder.resolve("words/decoder_scheduler/scheduler_config.json"))
        .content()
        .contains("\"prediction_type\": \"sample\"", "\"timestep_spacing\": \"trailing\"");
    assertThat(drawWords("words", "--prior-steps", "1").status()).isZero();
    assertThat(drawWords("words", "--decoder-steps", "2").err())
        .contains("2 (expected: 1, for which the model was distilled)");
    assertThat(drawWords("words", "--decoder-guidance", "2").err())
        .contains("decoder-guidance: 2.0 (expected: 1; this stage has no guidance)");
    assertThat(Run.of("doctor", "--model", path("words"), "--count", "2").err())
        .contains("prior: distilled to steps: 1 (direct, guidance 4.0) from sha256:");

    List<String> halved = new ArrayList<>(List.of(few));
    halved.addAll(
        List.of("--method", "progressive", "--student-steps", "4", "--part", "super_res"));
    Run one = distillOf("unclip", "words", halved.toArray(String[]::new));
    assertThat(one.status()).as(one.err()).isZero();
    Run drawn = drawWords("words");
    assertThat(drawn.status()).as(drawn.err()).isZero();
    assertThat(Run.of("replay", path("words.png"), "--model", path("words")).out())
        .contains("the same file, bit for bit");
  }

  /** Low-rank updates of several stages are one file, with which the teacher draws in few steps. */
  @Test
  void updatesOfUnclip() throws IOException {
    Path captions = Files.writeString(folder.resolve("two.txt"), "a cat\ntwo dogs\n");
    Path scheduler = folder.resolve("unclip/super_res_scheduler/scheduler_config.json");
    Files.writeString(scheduler, Files.readString(scheduler).replace("epsilon", "sample"));
    List<String> few = new ArrayList<>(List.of("--steps", "2", "--lora-rank", "2"));
    few.addAll(List.of("--captions", captions.toString(), "--part", "prior"));
    Run prior = distillOf("unclip", "updates", few.toArray(String[]::new));
    assertThat(prior.status()).as(prior.err()).isZero();
    few.set(few.size() - 1, "decoder");
    assertThat(distillOf("unclip", "updates", few.toArray(String[]::new)).err())
        .contains(
            "lora-rank: 2 (expected: none; decoder predicts ε still, and its first step would"
                + " multiply errors by 20291)");
    few.set(few.size() - 1, "super_res");
    few.addAll(List.of("--method", "progressive", "--student-steps", "2"));
    Run upsampler = distillOf("unclip", "updates", few.toArray(String[]::new));
    assertThat(upsampler.status()).as(upsampler.err()).isZero();
    assertThat(folder.resolve("updates/model_index.json")).doesNotExist();

    Files.copy(
        folder.resolve("updates/pytorch_lora_weights.safetensors"),
        folder.resolve("unclip/few.safetensors"));
    String[] with = {"--lora", "few", "--decoder-steps", "2"};
    Run drawn = drawWords("unclip", with);
    assertThat(drawn.status()).as(drawn.err()).isZero();
    assertThat(
            Run.of("replay", path("unclip.png"), "--model", path("unclip"), "--lora", "few").out())
        .contains("the same file, bit for bit");
    assertThat(drawWords("unclip", with[0], with[1], "--prior-steps", "2").err())
        .contains("2 (expected: 1, for which the model was distilled)");
    assertThat(drawWords("unclip", with[0], with[1], "--super-res-steps", "7").err())
        .contains("7 (expected: 2, for which the model was distilled)");
    assertThat(drawWords("unclip", with[0], "fewer").err())
        .contains("lora: fewer (expected: a file with low-rank updates, or the name of one in");
  }

  /** Both folders of Kandinsky become students, or get their updates in one file. */
  @Test
  void partsOfKandinsky() throws IOException {
    Run made = Run.of("init", "--config", "kandinsky_small", "--output", path("kandinsky"));
    assertThat(made.status()).as(made.err()).isZero();
    Path captions = Files.writeString(folder.resolve("colours.txt"), "all red\nall blue\n");
    String[] few = {"--steps", "2", "--captions", captions.toString()};
    Run all = distillOf("kandinsky", "kandinsky-student", few);
    assertThat(all.status()).as(all.err()).isZero();
    assertThat(folder.resolve("kandinsky-student/prior/distilled.json"))
        .content()
        .contains("\"prior\": {", "\"guidance\": 4.0");
    assertThat(folder.resolve("kandinsky-student/decoder/scheduler/scheduler_config.json"))
        .content()
        .contains("\"prediction_type\": \"v_prediction\"", "\"timestep_spacing\": \"trailing\"");
    Run drawn = drawWords("kandinsky-student/decoder");
    assertThat(drawn.status()).as(drawn.err()).isZero();
    assertThat(drawn.err()).contains("prior: 1/1", "decoder: 1/1");
    assertThat(drawWords("kandinsky-student/decoder", "--decoder-steps", "4").err())
        .contains("4 (expected: 1, for which the model was distilled)");
    assertThat(distillOf("kandinsky-student", "third", few).err())
        .contains("(expected: a teacher, not a student)");

    List<String> updates = new ArrayList<>(List.of(few));
    updates.addAll(List.of("--lora-rank", "2", "--method", "lcm", "--student-steps", "2"));
    Run lora = distillOf("kandinsky", "kandinsky-lora", updates.toArray(String[]::new));
    assertThat(lora.status()).as(lora.err()).isZero();
    Run light = drawWords("kandinsky/decoder", "--lora", path("kandinsky-lora"));
    assertThat(light.status()).as(light.err()).isZero();
    assertThat(light.err()).contains("prior: 2/2", "decoder: 2/2");
  }

  private static Run drawWords(String student, String... more) {
    List<String> line = new ArrayList<>(List.of("a cat"));
    line.addAll(List.of(more));
    return draw(student, line.toArray(String[]::new));
  }

  @Test
  void badInputGetsOneClearError() {
    assertThat(distill("bad", "--student-steps", "3").err())
        .contains("student-steps: 3 (expected: 1, 2, 4 or 8)");
    assertThat(distill("bad", "--student-steps", "2").err())
        .contains("student-steps: 2 (expected: 1 with the method direct; the others have more)");
    assertThat(distill("teacher").err()).contains("(expected: another folder than the teacher's)");
    assertThat(distill("bad", "--guidance", "3").err())
        .contains("guidance: 3.0 (expected: 1; decoder has no guidance)");
    assertThat(distill("bad", "--method", "progressive", "--student-steps", "8").err())
        .contains("student-steps: 8 (expected: at most half of the teacher's 8)");
    assertThat(distill("bad", "--part", "prior").err())
        .contains("part: prior (expected: one of decoder)");
    assertThat(distill("bad", "--method", "dmd").err()).contains("progressive, consistency, lcm");
    String[] embedded = {"--method", "lcm", "--embed-guidance"};
    assertThat(distill("bad", embedded[0], embedded[1], embedded[2], "1,8").err())
        .contains("(expected: none; the network of decoder has no input for a guidance scale)");
    assertThat(distill("bad", embedded[0], embedded[1], embedded[2], "3").err())
        .contains("embed-guidance: [3.0] (expected: two scales, LOW,HIGH)");
    assertThat(folder.resolve("bad")).doesNotExist();
  }
}
