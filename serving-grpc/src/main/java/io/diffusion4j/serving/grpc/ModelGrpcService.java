package io.diffusion4j.serving.grpc;

import io.diffusion4j.diffusion.filter.ImageFilter;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.serving.errors.Errors;
import io.diffusion4j.serving.errors.Violations;
import io.diffusion4j.serving.model.Models;
import io.diffusion4j.serving.request.ModelMessages;
import io.diffusion4j.serving.v1.GetModelRequest;
import io.diffusion4j.serving.v1.GetModelResponse;
import io.diffusion4j.serving.v1.ListModelsRequest;
import io.diffusion4j.serving.v1.ListModelsResponse;
import io.diffusion4j.serving.v1.Model;
import io.diffusion4j.serving.v1.ModelServiceGrpc;
import io.grpc.stub.StreamObserver;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Set;

/** {@code diffusion4j.v1.ModelService}: lists the models and their options. */
final class ModelGrpcService extends ModelServiceGrpc.ModelServiceImplBase {
  private static final int MAX_PER_PAGE = 100;

  private final Models models;
  private final Set<ImageFilter> filters;

  @Inject
  ModelGrpcService(Models models, Set<ImageFilter> filters) {
    this.models = models;
    this.filters = filters;
  }

  @Override
  public void getModel(GetModelRequest request, StreamObserver<GetModelResponse> response) {
    ImagePipeline engine =
        models
            .named(request.getName())
            .filter(e -> CallContext.current().principal().mayUse(e.card().name()))
            .orElseThrow(() -> Errors.MODEL_NOT_FOUND.error("name", request.getName(), names()));
    Model model = model(engine).toBuilder().addAllWords(engine.texts().knownWords()).build();
    response.onNext(GetModelResponse.newBuilder().setModel(model).build());
    response.onCompleted();
  }

  @Override
  public void listModels(ListModelsRequest request, StreamObserver<ListModelsResponse> response) {
    Violations violations = new Violations();
    if (request.getPageSize() < 0) {
      violations.add("page_size", request.getPageSize(), "≥ 0");
    }
    List<String> names = names();
    int start = 0; // a page token is the name of the page's first model
    if (!request.getPageToken().isEmpty()) {
      start = names.indexOf(request.getPageToken());
      if (start < 0) {
        violations.add(
            "page_token", Errors.quote(request.getPageToken()), "a next_page_token of this method");
      }
    }
    violations.throwIfAny();

    int size = request.getPageSize() == 0 ? MAX_PER_PAGE : request.getPageSize();
    int end = start + Math.min(Math.min(size, MAX_PER_PAGE), names.size() - start);
    ListModelsResponse.Builder page = ListModelsResponse.newBuilder();
    for (String name : names.subList(start, end)) {
      models.named(name).ifPresent(engine -> page.addModels(model(engine))); // absent if unloaded
    }
    if (end < names.size()) {
      page.setNextPageToken(names.get(end));
    }
    response.onNext(page.build());
    response.onCompleted();
  }

  /** Returns the names of the models that the caller may use. */
  private List<String> names() {
    return models.names().stream().filter(CallContext.current().principal()::mayUse).toList();
  }

  private Model model(ImagePipeline pipeline) {
    boolean isDefault = pipeline.card().name().equals(models.defaultName());
    return ModelMessages.of(pipeline, filters, isDefault);
  }
}
