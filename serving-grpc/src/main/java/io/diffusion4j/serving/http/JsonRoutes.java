package io.diffusion4j.serving.http;

import static com.linecorp.armeria.server.grpc.HttpJsonTranscodingQueryParamMatchRule.LOWER_CAMEL_CASE;
import static com.linecorp.armeria.server.grpc.HttpJsonTranscodingQueryParamMatchRule.ORIGINAL_FIELD;

import com.google.api.HttpRule;
import com.linecorp.armeria.server.grpc.HttpJsonTranscodingOptions;
import io.diffusion4j.serving.v1.GenerationServiceGrpc;
import io.diffusion4j.serving.v1.ModelServiceGrpc;
import io.grpc.MethodDescriptor;
import java.util.List;

/**
 * The HTTP routes of unary methods for JSON clients. Every unary method also accepts JSON at its
 * gRPC path, such as {@code /diffusion4j.v1.ModelService/GetModel}.
 *
 * <p>The routes are not annotations in the contract, because clients in other languages would then
 * need Google's annotations to compile it.
 */
final class JsonRoutes {
  private static final String ROOT = "/diffusion4j/v1/";

  private JsonRoutes() {}

  static HttpJsonTranscodingOptions options() {
    return HttpJsonTranscodingOptions.builder()
        .additionalHttpRules(
            List.of(
                rule(GenerationServiceGrpc.getGenerateImagesMethod())
                    .setPost(ROOT + "images:generate")
                    .setBody("*")
                    .build(),
                rule(ModelServiceGrpc.getListModelsMethod()).setGet(ROOT + "models").build(),
                rule(ModelServiceGrpc.getGetModelMethod()).setGet(ROOT + "models/{name}").build()))
        .queryParamMatchRules(ORIGINAL_FIELD, LOWER_CAMEL_CASE)
        .errorHandler(new JsonErrors())
        .build();
  }

  private static HttpRule.Builder rule(MethodDescriptor<?, ?> method) {
    return HttpRule.newBuilder().setSelector(method.getFullMethodName().replace('/', '.'));
  }
}
