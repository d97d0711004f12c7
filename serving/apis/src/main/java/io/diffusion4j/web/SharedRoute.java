package io.diffusion4j.web;

import com.linecorp.armeria.common.HttpResponse;
import io.diffusion4j.serving.http.JsonApi;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * An API whose clients send requests to {@code /api/generate} too, where the bodies distinguish
 * them from those of the page.
 */
@FunctionalInterface
public interface SharedRoute {
  /** Answers a request of the other API; empty if it is none. */
  Optional<CompletionStage<HttpResponse>> answer(JsonApi.Arrived arrived);
}
