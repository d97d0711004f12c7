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
 * A check against DNS rebinding, which refuses requests that name another host. An attacker can
 * point the name of a site at this machine. A browser then treats the pages of that site as pages
 * of this server, and only the host name in the request reveals the difference.
 *
 * <p>Numeric addresses and {@code localhost} cannot be redirected, and are always accepted.
 */
final class HostCheck {
  private final Set<String> names;
  private final boolean everyName;

  /**
   * Creates a check.
   *
   * @param names the accepted names, in lower case
   * @param everyName whether all names are accepted, which is the default for a server that other
   *     machines can reach
   */
  HostCheck(Set<String> names, boolean everyName) {
    this.names = names;
    this.everyName = everyName;
  }

  /** Forwards a request for this host, and refuses all others. */
  HttpResponse serve(HttpService service, ServiceRequestContext ctx, HttpRequest request)
      throws Exception {
    String authority = request.headers().authority();
    if (!everyName && !isAllowed(authority)) {
      Bodies.discard(ctx, request);
      throw Errors.HOST_NOT_ALLOWED.error(String.valueOf(authority));
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
