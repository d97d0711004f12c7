package io.diffusion4j.serving.grpc;

import com.linecorp.armeria.server.ServiceRequestContext;
import io.grpc.Channel;
import io.grpc.reflection.v1alpha.ServerReflectionGrpc;
import io.grpc.reflection.v1alpha.ServerReflectionGrpc.ServerReflectionImplBase;
import io.grpc.reflection.v1alpha.ServerReflectionRequest;
import io.grpc.reflection.v1alpha.ServerReflectionResponse;
import io.grpc.stub.StreamObserver;

/**
 * {@code grpc.reflection.v1alpha} for older tools, on the HTTP server: forwards requests to the
 * services in this process with the credentials of the caller.
 */
final class OlderReflection extends ServerReflectionImplBase {
  private final Channel services;

  OlderReflection(Channel services) {
    this.services = services;
  }

  @Override
  public StreamObserver<ServerReflectionRequest> serverReflectionInfo(
      StreamObserver<ServerReflectionResponse> answers) {
    return ServerReflectionGrpc.newStub(
            Credentials.passedOn(services, ServiceRequestContext.current()))
        .serverReflectionInfo(answers);
  }
}
