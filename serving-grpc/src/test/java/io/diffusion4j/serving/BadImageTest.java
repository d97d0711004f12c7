package io.diffusion4j.serving;

import static io.diffusion4j.serving.Pictures.file;
import static io.diffusion4j.serving.Pictures.random;
import static io.diffusion4j.serving.Pictures.whiteFrom;
import static java.util.Collections.nCopies;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.google.protobuf.ByteString;
import com.google.rpc.BadRequest;
import io.diffusion4j.diffusion.image.Image;
import io.diffusion4j.diffusion.image.Png;
import io.diffusion4j.serving.v1.Embedding;
import io.diffusion4j.serving.v1.FromEmbeddingTask;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.ImageToImageTask;
import io.diffusion4j.serving.v1.InpaintTask;
import io.diffusion4j.serving.v1.InputImage;
import io.diffusion4j.serving.v1.InterpolationTask;
import io.diffusion4j.serving.v1.PromptSpec;
import io.diffusion4j.serving.v1.ResamplingOptions;
import io.diffusion4j.serving.v1.TextDiffTask;
import io.diffusion4j.serving.v1.UpscaleTask;
import io.diffusion4j.serving.v1.VariationTask;
import io.grpc.Status.Code;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Errors of a task name the path of the field, for any bytes sent as an image. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BadImageTest {
  private static final int SIDE = ToyModel.LARGE;

  @SuppressWarnings("NullAway.Init") // set by JUnit before the first test
  private TestServer server;

  @BeforeAll
  void start() throws IOException {
    server = new TestServer(ToyModel.named("toy"));
  }

  @AfterAll
  void stop() {
    server.close();
  }

  private static GenerateImagesRequest.Builder request() {
    return GenerateImagesRequest.newBuilder();
  }

  private static GenerateImagesRequest.Builder variation(InputImage image) {
    return request().setVariation(VariationTask.newBuilder().setImage(image));
  }

  private static InpaintTask.Builder inpaint() {
    return InpaintTask.newBuilder().setImage(file(random(1))).setMask(file(whiteFrom(80, SIDE)));
  }

  private static GenerateImagesRequest.Builder embedding(List<Float> values) {
    return request()
        .setFromEmbedding(
            FromEmbeddingTask.newBuilder()
                .setImageEmbedding(Embedding.newBuilder().addAllValues(values)));
  }

  /** A PNG file that consists of a header only. */
  private static byte[] header(int width, int height) {
    var bytes = new ByteArrayOutputStream();
    try (var out = new DataOutputStream(bytes)) {
      out.write(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'});
      var chunk = new ByteArrayOutputStream();
      try (var data = new DataOutputStream(chunk)) {
        data.write("IHDR".getBytes(StandardCharsets.US_ASCII));
        data.writeInt(width);
        data.writeInt(height);
        data.write(new byte[] {8, 2, 0, 0, 0});
      }
      out.writeInt(13);
      out.write(chunk.toByteArray());
      var crc = new CRC32();
      crc.update(chunk.toByteArray());
      out.writeInt((int) crc.getValue());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return bytes.toByteArray();
  }

  static Stream<Arguments> violations() {
    byte[] png = Png.encode(random(1), Map.of());
    return Stream.of(
        arguments(
            request().setVariation(VariationTask.getDefaultInstance()),
            "variation.image.data",
            "none (expected: a PNG, JPEG or WebP file)"),
        arguments(
            variation(file(new byte[0])),
            "variation.image.data",
            "none (expected: a PNG, JPEG or WebP file)"),
        arguments(
            variation(file("GIF89a, or so".getBytes(StandardCharsets.UTF_8))),
            "variation.image.data",
            "unknown format (expected: PNG, JPEG or WebP)"),
        arguments(
            variation(file(header(60_000, 60_000))),
            "variation.image.data",
            "60000×60000 pixels (expected: at most 16777216)"),
        arguments(
            request().setInterpolation(InterpolationTask.newBuilder().setFirst(file(random(1)))),
            "interpolation.second.data",
            "none (expected: a PNG, JPEG or WebP file)"),
        arguments(
            request()
                .setInterpolation(
                    InterpolationTask.newBuilder()
                        .setFirst(file(random(1)))
                        .setSecond(file(random(1)))
                        .setRatio(Double.NaN)),
            "interpolation.ratio",
            "NaN (expected: 0 to 1)"),
        arguments(
            request().setInpaint(inpaint().clearMask()),
            "inpaint.mask.data",
            "none (expected: a PNG, JPEG or WebP file)"),
        arguments(
            request().setInpaint(inpaint().setMask(file(whiteFrom(3, 64)))),
            "inpaint.mask.data",
            "64×64 pixels (expected: 160×160 pixels, the size of the image)"),
        arguments(
            request()
                .setInpaint(
                    inpaint().setImage(file(random(1, 8, 4))).setMask(file(random(1, 8, 4)))),
            "inpaint.image.data",
            "8×4 pixels (expected: a square image)"),
        arguments(
            request()
                .setInpaint(
                    inpaint()
                        .setResampling(
                            ResamplingOptions.newBuilder().setJumpLength(1).setTimes(0))),
            "inpaint.resampling.times",
            "0 (expected: 1 to 100)"),
        arguments(
            request()
                .setImageToImage(
                    ImageToImageTask.newBuilder()
                        .setImage(file(random(1)))
                        .setStrength(Double.POSITIVE_INFINITY)),
            "image_to_image.strength",
            "Infinity (expected: 0 to 1)"),
        arguments(
            request()
                .setImageToImage(
                    ImageToImageTask.newBuilder()
                        .setImage(file(random(1)))
                        .setPrompt(PromptSpec.newBuilder().setText("x".repeat(20_001)))),
            "image_to_image.prompt.text",
            "20001 characters (expected: at most 20000 characters)"),
        arguments(
            request().setUpscale(UpscaleTask.newBuilder().setImage(file(random(1)))),
            "upscale.image.data",
            "160×160 pixels (expected: smaller than 160×160, the images of the model)"),
        arguments(
            request()
                .setUpscale(
                    UpscaleTask.newBuilder()
                        .setImage(file(random(1, 8, 8)))
                        .setPrompt(PromptSpec.newBuilder().setText("sharp"))),
            "upscale.prompt.text",
            "\"sharp\" (expected: empty; the upsampler reads no words)"),
        arguments(
            request()
                .setVariation(
                    VariationTask.newBuilder().setImage(file(random(1))).setLikeness(Double.NaN)),
            "variation.likeness",
            "NaN (expected: 0 to 1)"),
        arguments(
            request()
                .setTextDiff(
                    TextDiffTask.newBuilder()
                        .setImage(file(random(1)))
                        .setFromText("a cat")
                        .setToText("a cat")),
            "text_diff.to_text",
            "\"a cat\" (expected: another text than from_text)"),
        arguments(
            request()
                .setTextDiff(
                    TextDiffTask.newBuilder().setImage(file(random(1))).setFromText("a cat")),
            "text_diff.to_text",
            "\"\" (expected: some words)"),
        arguments(
            request()
                .setTextDiff(
                    TextDiffTask.newBuilder()
                        .setImage(file(Arrays.copyOf(png, 9)))
                        .setToText("a cat")),
            "text_diff.image.data",
            null),
        arguments(
            embedding(nCopies(5, 1f)),
            "from_embedding.image_embedding.values",
            "5 values (expected: 4 values)"),
        arguments(
            embedding(List.of(1f, Float.NaN, 1f, 1f)),
            "from_embedding.image_embedding.values[1]",
            "NaN (expected: finite)"),
        arguments(
            embedding(List.of(1f, 1f, 3e38f, 1f)),
            "from_embedding.image_embedding.values[2]",
            "3.0E38 (expected: -10000 to 10000)"));
  }

  @ParameterizedTest(name = "{1}: {2}")
  @MethodSource("violations")
  void aViolationIsToldByItsPath(
      GenerateImagesRequest.Builder request,
      String field,
      @org.jspecify.annotations.Nullable String description) {
    Refusal refusal = refusal(request);
    assertThat(refusal.code()).isEqualTo(Code.INVALID_ARGUMENT);
    var violations = refusal.detail(BadRequest.class).orElseThrow().getFieldViolationsList();
    assertThat(violations)
        .singleElement()
        .satisfies(v -> assertThat(v.getField()).isEqualTo(field));
    if (description != null) {
      assertThat(violations.get(0).getDescription()).isEqualTo(description);
    }
  }

  @Test
  void everyFaultIsReported() {
    var refusal =
        refusal(
            request()
                .setImageCount(0)
                .setInpaint(
                    InpaintTask.newBuilder()
                        .setImage(file(random(1, 8, 4)))
                        .setMask(file(new byte[] {1, 2, 3}))
                        .setResampling(ResamplingOptions.getDefaultInstance())));
    assertThat(refusal.detail(BadRequest.class).orElseThrow().getFieldViolationsList())
        .extracting(BadRequest.FieldViolation::getField)
        .containsExactly(
            "inpaint.image.data",
            "inpaint.mask.data",
            "inpaint.resampling.jump_length",
            "inpaint.resampling.times",
            "image_count");
  }

  /** Any bytes are either an image or an error of the client. */
  @Test
  void filesThatAreCutOrChangedNeverFailTheServer() {
    byte[] png = Png.encode(random(1, 24, 24), Map.of("Comment", "x".repeat(300)));
    var random = new Random(5);
    for (int i = 0; i < 300; i++) {
      byte[] bytes = png.clone();
      if (i % 3 == 0) {
        bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length));
      }
      for (int change = 0; change < i % 5 && bytes.length > 0; change++) {
        bytes[random.nextInt(Math.min(bytes.length, i % 2 == 0 ? 64 : bytes.length))] =
            (byte) random.nextInt();
      }
      var request = variation(file(bytes)).setValidateOnly(true).build();
      try {
        server.blocking().generateImages(request);
      } catch (io.grpc.StatusRuntimeException e) {
        assertThat(e.getStatus().getCode()).as("%s", e).isEqualTo(Code.INVALID_ARGUMENT);
      }
    }
  }

  @Test
  void transparencyShowsWhite() throws IOException {
    var picture =
        new java.awt.image.BufferedImage(4, 4, java.awt.image.BufferedImage.TYPE_INT_ARGB);
    var bytes = new ByteArrayOutputStream();
    javax.imageio.ImageIO.write(picture, "png", bytes);
    var plan =
        server
            .blocking()
            .generateImages(variation(file(bytes.toByteArray())).setValidateOnly(true).build())
            .getPlan();
    ByteString read = plan.getRequest().getVariation().getImage().getData();
    Image image = Pictures.decoded(read);
    for (float value : image.pixels()) {
      assertThat(value).isEqualTo(1);
    }
  }

  private Refusal refusal(GenerateImagesRequest.Builder request) {
    return Refusal.of(() -> server.blocking().generateImages(request.build()));
  }
}
