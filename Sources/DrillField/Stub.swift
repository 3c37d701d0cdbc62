internal import AsyncHTTPClient
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL
internal import Subprocess
