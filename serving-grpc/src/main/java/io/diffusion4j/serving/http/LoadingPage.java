package io.diffusion4j.serving.http;

import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;

/** The page that browsers show while models are being loaded; it reloads itself. */
final class LoadingPage {
  private static final String HTML =
      """
      <!doctype html>
      <html lang="en">
        <meta charset="utf-8">
        <meta http-equiv="refresh" content="2">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>Diffusion4J</title>
        <h1>Diffusion4J</h1>
        <p role="status">The models are being loaded. This page opens as soon as they are there.</p>
      </html>
      """;

  private LoadingPage() {}

  /** Returns whether a request comes from a browser that will display the response. */
  static boolean isFor(HttpRequest request) {
    return request.method() == HttpMethod.GET
        && request.headers().get(HttpHeaderNames.ACCEPT, "").contains("text/html");
  }

  static HttpResponse answer() {
    var headers =
        ResponseHeaders.builder(HttpStatus.SERVICE_UNAVAILABLE)
            .contentType(MediaType.HTML_UTF_8)
            .add(HttpHeaderNames.RETRY_AFTER, "2")
            .add(HttpHeaderNames.CONTENT_SECURITY_POLICY, "default-src 'none'")
            .build();
    return HttpResponse.of(headers, HttpData.ofUtf8(HTML));
  }
}
