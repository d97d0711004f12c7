package io.diffusion4j.langchain4j;

import dev.langchain4j.exception.AuthenticationException;
import dev.langchain4j.exception.InternalServerException;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.LangChain4jException;
import dev.langchain4j.exception.ModelNotFoundException;
import dev.langchain4j.exception.RateLimitException;
import dev.langchain4j.exception.TimeoutException;
import dev.langchain4j.exception.UnsupportedFeatureException;
import io.diffusion4j.client.GenerationException;

/**
 * Translates the service's errors to LangChain4j's exceptions, which separate retriable failures
 * from others.
 */
final class LangChain4jErrors {
  private LangChain4jErrors() {}

  static LangChain4jException mapped(GenerationException e) {
    return switch (e.code()) {
      case INVALID_ARGUMENT, ALREADY_EXISTS, OUT_OF_RANGE ->
          new InvalidRequestException(e.getMessage(), e);
      case NOT_FOUND -> new ModelNotFoundException(e.getMessage(), e);
      case UNIMPLEMENTED -> withCause(new UnsupportedFeatureException(e.getMessage()), e);
      case UNAUTHENTICATED, PERMISSION_DENIED -> new AuthenticationException(e.getMessage(), e);
      case RESOURCE_EXHAUSTED -> new RateLimitException(e.getMessage(), e);
      case DEADLINE_EXCEEDED -> new TimeoutException(e.getMessage(), e);
      case UNAVAILABLE, INTERNAL, DATA_LOSS, ABORTED ->
          new InternalServerException(e.getMessage(), e);
      default -> new LangChain4jException(e.getMessage(), e);
    };
  }

  private static LangChain4jException withCause(LangChain4jException error, Throwable cause) {
    error.initCause(cause);
    return error;
  }
}
