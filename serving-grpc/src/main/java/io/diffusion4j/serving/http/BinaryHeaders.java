package io.diffusion4j.serving.http;

import com.google.common.base.Splitter;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import com.linecorp.armeria.server.SimpleDecoratingHttpService;
import io.diffusion4j.serving.errors.Errors;
import io.netty.util.AsciiString;
import java.util.Base64;

/**
 * A decorator that refuses requests with invalid {@code -bin} headers. A value must be Base64, or
 * several Base64 values separated by commas without spaces. Without this check, the headers would
 * be decoded where an exception is lost, and the request would never get a response.
 */
final class BinaryHeaders extends SimpleDecoratingHttpService {
  private static final String SUFFIX = "-bin";
  private static final Splitter VALUES = Splitter.on(',');

  BinaryHeaders(HttpService delegate) {
    super(delegate);
  }

  @Override
  public HttpResponse serve(ServiceRequestContext ctx, HttpRequest request) throws Exception {
    for (var header : request.headers()) {
      AsciiString name = header.getKey();
      if (name.endsWith(SUFFIX) && !isBase64(header.getValue())) {
        Bodies.discard(ctx, request);
        throw Errors.MALFORMED_REQUEST.error("header " + Errors.quote(name + ": no Base64"));
      }
    }
    return unwrap().serve(ctx, request);
  }

  private static boolean isBase64(String values) {
    try {
      VALUES.split(values).forEach(value -> Base64.getDecoder().decode(value));
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
