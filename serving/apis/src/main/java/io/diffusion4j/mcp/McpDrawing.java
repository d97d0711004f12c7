package io.diffusion4j.mcp;

import io.diffusion4j.serving.http.HttpFault;
import io.diffusion4j.serving.http.ImageChunks;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.GenerationServiceGrpc;
import io.diffusion4j.serving.v1.ImageFailure;
import io.diffusion4j.serving.v1.ImageMetadata;
import io.diffusion4j.serving.v1.Progress;
import io.diffusion4j.serving.v1.StreamGenerateImagesResponse;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import io.modelcontextprotocol.spec.McpSchema.Content;
import io.modelcontextprotocol.spec.McpSchema.ImageContent;
import io.modelcontextprotocol.spec.McpSchema.TextContent;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;

/**
 * A drawing request of a tool: notifies of its progress, if the client requested that, and collects
 * the pictures. The state belongs to the callbacks of the call, which run one at a time.
 */
final class McpDrawing
    implements ClientResponseObserver<GenerateImagesRequest, StreamGenerateImagesResponse> {
  private final MonoSink<CallToolResult> result;
  private final McpTools.Asked asked;
  private final KeptPictures pictures;
  private final ImageChunks files = new ImageChunks();
  private final List<Content> content = new ArrayList<>();

  private McpDrawing(MonoSink<CallToolResult> result, McpTools.Asked asked, KeptPictures pictures) {
    this.result = result;
    this.asked = asked;
    this.pictures = pictures;
  }

  /** Returns the result of a request, whose call is cancelled with the subscription. */
  static Mono<CallToolResult> of(
      GenerateImagesRequest request, McpTools.Asked asked, KeptPictures pictures) {
    return Mono.create(
        result ->
            GenerationServiceGrpc.newStub(McpCall.of(asked.exchange()).service())
                .streamGenerateImages(request, new McpDrawing(result, asked, pictures)));
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<GenerateImagesRequest> call) {
    result.onCancel(() -> call.cancel("cancelled by the client", null));
  }

  @Override
  public void onNext(StreamGenerateImagesResponse event) {
    switch (event.getEventCase()) {
      case PROGRESS -> notify(event.getProgress());
      case IMAGE_CHUNK -> files.add(event.getImageChunk());
      case IMAGE_DONE -> add(event.getImageDone().getMetadata());
      case FINISHED -> event.getFinished().getFailuresList().forEach(this::add);
      case ACCEPTED, STARTED, PREVIEW, EVENT_NOT_SET -> {} // for which a result has no block
    }
  }

  private void notify(Progress progress) {
    asked.progress(progress.getImageStepsDone(), progress.getImageSteps(), progress.getStage());
  }

  private void add(ImageMetadata metadata) {
    if (metadata.hasRefusal()) {
      content.add(text("refused: " + metadata.getRefusal().getMessage()));
      return;
    }
    byte[] png = files.take(metadata.getIndex());
    String uri = pictures.add(McpCall.of(asked.exchange()).principal(), png);
    content.add(
        ImageContent.builder(Base64.getEncoder().encodeToString(png), KeptPictures.PNG).build());
    content.add(KeptPictures.link(uri, "picture").size((long) png.length).build());
    content.add(
        text(
            "%s: seed %s, stream %d"
                .formatted(uri, Long.toUnsignedString(metadata.getSeed()), metadata.getStream())));
  }

  private void add(ImageFailure failure) {
    content.add(text("failed: " + failure.getError().getMessage()));
  }

  static TextContent text(String text) {
    return TextContent.builder(text).build();
  }

  @Override
  public void onError(Throwable error) {
    result.success(McpTools.failed(HttpFault.of(error).message()));
  }

  @Override
  public void onCompleted() {
    result.success(CallToolResult.builder(content).build());
  }
}
