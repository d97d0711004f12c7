package io.diffusion4j.serving;

import static io.diffusion4j.serving.TestServer.request;
import static io.diffusion4j.serving.TestServer.steps;
import static java.util.Collections.nCopies;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.google.protobuf.ByteString;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import io.diffusion4j.diffusion.solver.Samplers;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.InputImage;
import io.diffusion4j.serving.v1.NoiseLevels;
import io.diffusion4j.serving.v1.OutputOptions;
import io.diffusion4j.serving.v1.PreviewOptions;
import io.diffusion4j.serving.v1.StageOptions;
import io.diffusion4j.serving.v1.VariationTask;
import io.grpc.Status.Code;
import java.io.IOException;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** All errors of a request are reported at once, by the path of the field. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BadRequestTest {
  private static final String SAMPLERS = "one of " + String.join(", ", Samplers.standard().names());

  private static final String TASKS =
      "text_to_image, variation, interpolation, inpaint, image_to_image, upscale, text_diff,"
          + " from_embedding, unconditional";

  @SuppressWarnings("NullAway.Init") // set by JUnit before the first test
  private TestServer server;

  @BeforeAll
  void start() throws IOException {
    server = new TestServer(ToyModel.named("toy"), ToyModel.named("other"));
  }

  @AfterAll
  void stop() {
    server.close();
  }

  static Stream<Arguments> violations() {
    return Stream.of(
        arguments(
            request(" \n"), "text_to_image.prompt.text", "\" \uFFFD\" (expected: some words)"),
        arguments(
            GenerateImagesRequest.newBuilder(), "task", "none (expected: one of " + TASKS + ")"),
        arguments(
            request("x".repeat(20_001)),
            "text_to_image.prompt.text",
            "20001 characters (expected: at most 20000 characters)"),
        arguments(
            request("x").setRequestId("1-2-3-4-5"),
            "request_id",
            "\"1-2-3-4-5\" (expected: a UUID, 8-4-4-4-12 hexadecimal digits)"),
        arguments(
            request("x").setPriorityValue(9),
            "priority",
            "9 (expected: one of PRIORITY_LOW, PRIORITY_NORMAL, PRIORITY_HIGH)"),
        arguments(request("x").setImageCount(0), "image_count", "0 (expected: 1 to 10)"),
        arguments(request("x").setImageCount(11), "image_count", "11 (expected: 1 to 10)"),
        arguments(request("x").setFirstImage(-1), "first_image", "-1 (expected: 0 to 2147483646)"),
        arguments(
            request("x").setFirstImage(Integer.MAX_VALUE),
            "first_image",
            "2147483647 (expected: 0 to 2147483646)"),
        arguments(
            request("x").addSeeds(1).addSeeds(2),
            "seeds",
            "2 seeds (expected: at most 1, one per image)"),
        arguments(
            request("x").setOutput(OutputOptions.newBuilder().setMediaType("image/gif")),
            "output.media_type",
            "\"image/gif\" (expected: one of image/png)"),
        arguments(
            request("x").setPreview(PreviewOptions.newBuilder().setEverySteps(-2)),
            "preview.every_steps",
            "-2 (expected: ≥ 0)"),
        arguments(
            request("x").putStages("unet", steps(3)),
            "stages",
            "\"unet\" (expected: one of prior, decoder, super_res)"),
        arguments(
            request("x").putStages("decoder", StageOptions.newBuilder().setSampler("dmp").build()),
            "stages[\"decoder\"].sampler",
            "\"dmp\" (expected: " + SAMPLERS + ")"),
        arguments(
            request("x")
                .putStages("prior", StageOptions.newBuilder().setSampler("analytic-dpm").build()),
            "stages[\"prior\"].sampler",
            "\"analytic-dpm\" (expected: "
                + SAMPLERS
                + "; analytic-dpm needs a measurement first)"),
        arguments(
            request("x").putStages("decoder", steps(-1)),
            "stages[\"decoder\"].steps",
            "-1 (expected: 1 to 1000)"),
        arguments(
            request("x").putStages("decoder", steps(0)),
            "stages[\"decoder\"].steps",
            "0 (expected: 1 to 1000)"),
        arguments(
            request("x").putStages("decoder", steps(13)),
            "stages[\"decoder\"]",
            "steps: 13 (expected: an even number)"),
        arguments(
            request("x").putStages("decoder", guidance(Double.NaN)),
            "stages[\"decoder\"].guidance_scale",
            "NaN (expected: 0 to 20.0)"),
        arguments(
            request("x").putStages("decoder", guidance(-0.5)),
            "stages[\"decoder\"].guidance_scale",
            "-0.5 (expected: 0 to 20.0)"),
        arguments(
            request("x")
                .putStages("decoder", StageOptions.newBuilder().setGuidance("clip").build()),
            "stages[\"decoder\"].guidance",
            "\"clip\" (expected: none; the model has no guide for decoder)"),
        arguments(
            request("x").putStages("super_res", guidance(2)),
            "stages[\"super_res\"].guidance_scale",
            "2.0 (expected: 1; this stage has no guidance)"),
        arguments(
            request("x").putStages("super_res", interval(0, 1)),
            "stages[\"super_res\"].guidance_interval",
            "0.0 to 1.0 (expected: unset; this stage has no classifier-free guidance)"),
        arguments(
            request("x").putStages("decoder", interval(2, 1)),
            "stages[\"decoder\"].guidance_interval",
            "2.0 to 1.0 (expected: 0 ≤ low < high)"),
        arguments(
            request("x").putStages("decoder", interval(Double.NaN, 1)),
            "stages[\"decoder\"].guidance_interval",
            "NaN to 1.0 (expected: 0 ≤ low < high)"),
        arguments(
            request("x").putStages("decoder", interval(1e30, 1e31)),
            "stages[\"decoder\"].guidance_interval",
            "1.0E30 to 1.0E31 (expected: levels that the stage has)"),
        arguments(
            request("x").putStages("decoder", StageOptions.newBuilder().setGuider("apq").build()),
            "stages[\"decoder\"].guider",
            "\"apq\" (expected: one of cfg, apg, cfg++, cfg-zero, tangential, magnitude-aware)"),
        arguments(
            request("x").putStages("super_res", StageOptions.newBuilder().setGuider("apg").build()),
            "stages[\"super_res\"].guider",
            "\"apg\" (expected: unset; this stage has no classifier-free guidance)"),
        arguments(
            request("x").putStages("prior", StageOptions.newBuilder().setReuse(2).build()),
            "stages[\"prior\"].reuse",
            "2 (expected: 1; prior has no U-Net, whose deep features could be reused)"),
        arguments(
            request("x").putStages("decoder", StageOptions.newBuilder().setReuse(0).build()),
            "stages[\"decoder\"].reuse",
            "0 (expected: 1; decoder has no U-Net, whose deep features could be reused)"),
        arguments(
            request("x").putStages("prior", StageOptions.newBuilder().setEta(1.5).build()),
            "stages[\"prior\"].eta",
            "1.5 (expected: 0 to 1)"),
        arguments(
            request("x").putStages("decoder", StageOptions.newBuilder().setEta(0.5).build()),
            "stages[\"decoder\"].eta",
            "0.5 (expected: unset; ddpm-small has none)"),
        arguments(
            request("x").putStages("decoder", StageOptions.newBuilder().setSchedule("x").build()),
            "stages[\"decoder\"].schedule",
            "\"x\" (expected: one of ddim, leading, linspace, sections, trailing, unclip)"),
        arguments(
            request("x")
                .putStages("decoder", StageOptions.newBuilder().setThresholding("x").build()),
            "stages[\"decoder\"].thresholding",
            "\"x\" (expected: one of clip, dynamic, none)"),
        arguments(
            request("x").putStages("prior", StageOptions.newBuilder().setSchedule("x").build()),
            "stages[\"prior\"].schedule",
            "\"x\" (expected: empty; there is no choice)"),
        arguments(
            request("x").putStages("prior", StageOptions.newBuilder().setThresholding("x").build()),
            "stages[\"prior\"].thresholding",
            "\"x\" (expected: empty; there is no choice)"));
  }

  @ParameterizedTest(name = "{1}: {2}")
  @MethodSource("violations")
  void aViolationIsToldByItsPath(
      GenerateImagesRequest.Builder request, String field, String description) {
    Refusal refusal = refusal(request);
    assertThat(refusal.code()).isEqualTo(Code.INVALID_ARGUMENT);
    assertThat(refusal.message()).isEqualTo(field + ": " + description);
    assertThat(refusal.reason()).isEqualTo("INVALID_FIELDS");
    assertThat(refusal.detail(BadRequest.class).orElseThrow().getFieldViolationsList())
        .singleElement()
        .satisfies(
            violation -> {
              assertThat(violation.getField()).isEqualTo(field);
              assertThat(violation.getDescription()).isEqualTo(description);
            });
  }

  @ParameterizedTest(name = "{1}: {2}")
  @MethodSource("violations")
  void aStreamIsRefusedInTheSameWords(
      GenerateImagesRequest.Builder request, String field, String description) {
    Refusal refusal =
        Refusal.of(() -> server.blocking().streamGenerateImages(request.build()).next());
    assertThat(refusal.code()).isEqualTo(Code.INVALID_ARGUMENT);
    assertThat(refusal.message()).isEqualTo(field + ": " + description);
  }

  @Test
  void allViolationsAreToldAtOnce() {
    var refusal =
        refusal(
            request("")
                .setImageCount(-4)
                .setRequestId("me")
                .putStages("prior", steps(-1))
                .putStages("decoder", guidance(99)));
    assertThat(refusal.detail(BadRequest.class).orElseThrow().getFieldViolationsList())
        .extracting(BadRequest.FieldViolation::getField)
        .containsExactly(
            "text_to_image.prompt.text",
            "request_id",
            "image_count",
            "stages[\"prior\"].steps",
            "stages[\"decoder\"].guidance_scale");
  }

  @Test
  void aThousandViolationsAreCountedNotListed() {
    var request = request("x");
    IntStream.range(0, 1000)
        .forEach(i -> request.putStages("stage" + i + "\n".repeat(500), steps(1)));
    var refusal = refusal(request);
    assertThat(refusal.detail(BadRequest.class).orElseThrow().getFieldViolationsCount())
        .isEqualTo(16);
    assertThat(refusal.message()).endsWith("; and 984 more").doesNotContain("\n");
  }

  @Test
  void anUnknownModelIsNotFoundAndTheKnownOnesAreNamed() {
    var refusal = refusal(request("x").setModel("../../etc/passwd"));
    assertThat(refusal.code()).isEqualTo(Code.NOT_FOUND);
    assertThat(refusal.message())
        .isEqualTo("model: \"../../etc/passwd\" (expected: one of other, toy)");
    assertThat(refusal.reason()).isEqualTo("MODEL_NOT_FOUND");
  }

  @Test
  void aTaskTheModelCannotDoIsUnimplementedAndThoseItCanAreNamed() throws IOException {
    var image = InputImage.newBuilder().setData(ByteString.copyFromUtf8("no image"));
    var request =
        GenerateImagesRequest.newBuilder()
            .setVariation(VariationTask.newBuilder().setImage(image))
            .build();
    try (var texts = new TestServer(ToyModel.ofTextsOnly("texts"))) {
      var refusal = Refusal.of(() -> texts.blocking().generateImages(request));
      assertThat(refusal.code()).isEqualTo(Code.UNIMPLEMENTED);
      assertThat(refusal.message())
          .isEqualTo(
              "task: variation (expected: one of text_to_image, which is what texts can do)");
      assertThat(refusal.reason()).isEqualTo("TASK_UNSUPPORTED");
    }
  }

  @Test
  void aRequestIdOfAnotherRequestIsRefused() {
    String id = UUID.randomUUID().toString();
    server.blocking().generateImages(request("one").setRequestId(id).build());
    var refusal = refusal(request("two").setRequestId(id));
    assertThat(refusal.code()).isEqualTo(Code.ALREADY_EXISTS);
    assertThat(refusal.reason()).isEqualTo("REQUEST_ID_TAKEN");
  }

  @Test
  void aRequestOfMoreThanFourMebibytesIsRefused() {
    var refusal = refusal(request("x".repeat(5 << 20)));
    assertThat(refusal.code()).isEqualTo(Code.RESOURCE_EXHAUSTED);
    server.blocking().generateImages(request("the server lives on").build());
  }

  @Test
  void everyErrorHasAReasonInOurDomain() {
    assertThat(
            Stream.of(request(""), request("x").setModel("?"))
                .map(request -> refusal(request).detail(ErrorInfo.class).orElseThrow().getDomain()))
        .containsOnly("diffusion4j.io");
  }

  @Test
  void asManySeedsAsImagesAreFine() {
    var response =
        server
            .blocking()
            .generateImages(
                request("x")
                    .setImageCount(10)
                    .addAllSeeds(LongStream.range(0, 10).boxed().toList())
                    .build());
    assertThat(response.getImagesList())
        .extracting(image -> image.getMetadata().getStream())
        .isEqualTo(nCopies(10, 0));
  }

  private Refusal refusal(GenerateImagesRequest.Builder request) {
    return Refusal.of(() -> server.blocking().generateImages(request.build()));
  }

  private static StageOptions interval(double low, double high) {
    var levels = NoiseLevels.newBuilder().setLow(low).setHigh(high);
    return StageOptions.newBuilder().setGuidanceInterval(levels).build();
  }

  private static StageOptions guidance(double scale) {
    return StageOptions.newBuilder().setGuidanceScale(scale).build();
  }
}
