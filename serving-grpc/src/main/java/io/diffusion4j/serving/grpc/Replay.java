package io.diffusion4j.serving.grpc;

import io.diffusion4j.diffusion.image.ImageFiles;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.diffusion.pipeline.ModelIdentity;
import io.diffusion4j.serving.errors.Errors;
import io.diffusion4j.serving.errors.Violations;
import io.diffusion4j.serving.request.DecodingMemory;
import io.diffusion4j.serving.request.InputImages;
import io.diffusion4j.serving.request.ModelMessages;
import io.diffusion4j.serving.request.RecipeFile;
import io.diffusion4j.serving.request.RecipeFile.OtherWeightsException;
import io.diffusion4j.serving.request.ReplayReport;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.GenerateImagesResponse;
import io.diffusion4j.serving.v1.GeneratedImage;
import io.diffusion4j.serving.v1.ImageMetadata;
import io.diffusion4j.serving.v1.Model;
import io.diffusion4j.serving.v1.ReplayImageRequest;
import io.diffusion4j.serving.v1.ReplayImageResponse;
import io.diffusion4j.serving.v1.ReplayVerdict;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;

/**
 * A file that is drawn again. It observes that drawing, and then answers the call with the
 * comparison of both.
 *
 * @param original the file
 * @param decoding decodes both pictures, which takes time
 * @param call the call to be answered
 */
record Replay(RecipeFile original, Executor decoding, StreamObserver<ReplayImageResponse> call)
    implements StreamObserver<GenerateImagesResponse> {
  private static final int MAX_NAME = 255;

  /**
   * Reads the file of a request. Blocks while {@link DecodingMemory} has no room for it.
   *
   * @throws StatusRuntimeException if it is damaged, or has no recipe of one image
   */
  static RecipeFile file(ReplayImageRequest request) {
    var violations = new Violations();
    String name = request.getName();
    int bytes = request.getFile().size();
    if (name.length() > MAX_NAME || name.chars().anyMatch(Character::isISOControl)) {
      violations.add("name", Errors.quote(name), "at most 255 characters, none of them a control");
    }
    if (bytes == 0 || bytes > InputImages.MAX_BYTES) {
      violations.add("file", bytes + " bytes", "1 to " + InputImages.MAX_BYTES + " bytes");
    }
    violations.throwIfAny();
    byte[] png = request.getFile().toByteArray();
    String shown = name.isEmpty() ? "file" : name;
    try {
      return DecodingMemory.SHARED.during(pixels(png), () -> RecipeFile.of(shown, png));
    } catch (IOException e) {
      violations.add("file", e);
    } catch (IllegalArgumentException e) {
      violations.add("file", e);
    }
    throw violations.error();
  }

  private static long pixels(byte[] png) {
    try {
      return Math.min(ImageFiles.pixels(png), RecipeFile.MAX_PIXELS); // with more it is refused
    } catch (IOException e) {
      return 0; // it is refused before it is decoded
    }
  }

  /**
   * Returns the request that draws a file again.
   *
   * @param models the models that the caller may use
   * @throws OtherWeightsException if none of them has the weights that drew it
   * @throws StatusRuntimeException if none with these weights computes in the number format that
   *     drew it, or it lacks a part that did
   */
  static GenerateImagesRequest request(RecipeFile original, List<ImagePipeline> models) {
    String weights = original.recipe().getWeightsDigest();
    String format = original.recipe().getPrecision();
    List<ImagePipeline> own =
        models.stream().filter(model -> identity(model).weightsDigest().equals(weights)).toList();
    List<ImagePipeline> inFormat =
        own.stream()
            .filter(model -> format.isEmpty() || identity(model).precision().equals(format))
            .toList();
    var violations = new Violations();
    if (!own.isEmpty() && inFormat.isEmpty()) {
      violations.add(
          "file",
          "drawn in " + Errors.quote(format),
          own.stream()
              .map(model -> identity(model).precision() + " of " + identity(model).name())
              .collect(Collectors.joining(", ")));
    }
    violations.throwIfAny();
    try {
      return original.request(original.modelAmong(messages(own.isEmpty() ? models : inFormat)));
    } catch (OtherWeightsException e) {
      throw e;
    } catch (IllegalArgumentException e) {
      violations.add("file", e);
      throw violations.error();
    }
  }

  private static ModelIdentity identity(ImagePipeline model) {
    return model.card().identity();
  }

  private static List<Model> messages(List<ImagePipeline> models) {
    return models.stream().map(model -> ModelMessages.of(model, Set.of(), false)).toList();
  }

  @Override
  public void onNext(GenerateImagesResponse drawn) {
    try {
      decoding.execute(() -> compare(drawn.getImages(0)));
    } catch (StatusRuntimeException e) { // too many calls wait for it
      call.onError(e);
    }
  }

  @Override
  public void onError(Throwable failure) {
    call.onError(failure);
  }

  @Override
  public void onCompleted() {} // once both are compared

  /** Answers that nothing was drawn, because no model has the weights. */
  void refute(OtherWeightsException why) {
    answer(() -> ReplayReport.ofOtherWeights(original, String.valueOf(why.getMessage())));
  }

  private void compare(GeneratedImage again) {
    ImageMetadata metadata = again.getMetadata();
    if (metadata.hasRefusal()) {
      call.onNext(ReplayImageResponse.newBuilder().setRefusal(metadata.getRefusal()).build());
      call.onCompleted();
    } else {
      byte[] png = again.getData().toByteArray();
      answer(() -> ReplayReport.of(original, png, metadata.getRecipe()));
    }
  }

  private void answer(DecodingMemory.Decoding<ReplayReport> comparison) {
    ReplayReport report;
    try {
      report = DecodingMemory.SHARED.during(2 * pixels(original.png()), comparison);
    } catch (IOException e) {
      throw new UncheckedIOException("both pictures were decoded before", e);
    }
    call.onNext(
        ReplayImageResponse.newBuilder()
            .setVerdict(
                switch (report.finding().verdict()) {
                  case PROVED -> ReplayVerdict.REPLAY_VERDICT_PROVED;
                  case CLOSE -> ReplayVerdict.REPLAY_VERDICT_CLOSE;
                  case REFUTED -> ReplayVerdict.REPLAY_VERDICT_REFUTED;
                })
            .setReason(report.finding().reason())
            .setReport(report.toJson())
            .build());
    call.onCompleted();
  }
}
