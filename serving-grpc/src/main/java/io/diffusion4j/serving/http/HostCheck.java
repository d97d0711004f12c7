package io.diffusion4j.serving.http;

import com.google.common.base.Ascii;
import com.google.common.net.HostAndPort;
import com.google.common.net.InetAddresses;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.diffusion4j.serving.errors.Errors;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Refuses requests that were meant for another host. A browser treats a page of another site whose
 * name was pointed at this machine (DNS rebinding) as a page of this server; only the name in the
 * request reveals it.
 *
 * <p>Addresses in digits and {@code localhost} lead nowhere else, and are always let in.
 */
final class HostCheck {
  private final Set<String> names;
  private final boolean everyName;

  /**
   * Lets in these names.
   *
   * @param everyName whether all are let in, as where no names are known and others than this
   *     machine reach the server
   */
  HostCheck(Set<String> names, boolean everyName) {
    this.names = names;
    this.everyName = everyName;
  }

  /** Passes on a request for this host. */
  HttpResponse serve(HttpService service, ServiceRequestContext ctx, HttpRequest request)
      throws Exception {
    String authority = request.headers().authority();
    if (!everyName && !isAllowed(authority)) {
      Bodies.discard(ctx, request);
      throw Errors.hostNotAllowed(String.valueOf(authority));
    }
    return service.serve(ctx, request);
  }

  private boolean isAllowed(@Nullable String authority) {
    if (authority == null) {
      return false;
    }
    String host;
    try {
      host = Ascii.toLowerCase(HostAndPort.fromString(authority).getHost());
    } catch (IllegalArgumentException e) {
      return false;
    }
    return host.equals("localhost")
        || host.endsWith(".localhost")
        || InetAddresses.isInetAddress(host)
        || names.contains(host);
  }
}
