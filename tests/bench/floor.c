/* SPDX-License-Identifier: Apache-2.0 */
/* The floor: what the kernel alone costs for the same partition; a measurement prototype, not product code. */
// floor.c - measurement prototype: raw clone3 + new mount API + precompiled BPF. Not production code.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/landlock.h>
#include <linux/mount.h>
#include <linux/rtnetlink.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <linux/veth.h>
#include <linux/close_range.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <arpa/inet.h>
extern int mount(const char*,const char*,const char*,unsigned long,const void*);
extern int umount2(const char*,int);
#define MS_REC_ 16384
#define MS_SLAVE_ (1<<19)
static uint64_t now(void){struct timespec t;clock_gettime(CLOCK_MONOTONIC,&t);return t.tv_sec*1000000000ull+t.tv_nsec;}
struct rec{volatile int go;volatile int n;struct{char name[24];uint64_t t;}s[64];};
static struct rec*S; static int timing;
static void st(const char*n){ if(!timing)return; int i=__sync_fetch_and_add(&S->n,1); if(i<64){strncpy(S->s[i].name,n,23);S->s[i].t=now();} }
static void die(const char*step){ int e=errno; dprintf(2,"floor: step %s: %s\n",step,strerror(e)); _exit(125); }
static int wr(const char*p,const char*s){int f=open(p,O_WRONLY|O_CLOEXEC);if(f<0)return -1;int r=write(f,s,strlen(s));int e=errno;close(f);errno=e;return r<0?-1:0;}
static int fsmk(const char*t,const char*o[][2],unsigned attr,const char*step){
  int fs=syscall(SYS_fsopen,t,FSOPEN_CLOEXEC); if(fs<0)die(step);
  for(int i=0;o&&o[i][0];i++) if(syscall(SYS_fsconfig,fs,o[i][1]?FSCONFIG_SET_STRING:FSCONFIG_SET_FLAG,o[i][0],o[i][1],0)<0)die(step);
  if(syscall(SYS_fsconfig,fs,FSCONFIG_CMD_CREATE,NULL,NULL,0)<0)die(step);
  int m=syscall(SYS_fsmount,fs,FSMOUNT_CLOEXEC,attr); if(m<0)die(step); close(fs); return m; }
static void attach(int m,int dfd,const char*path,const char*step){ if(syscall(SYS_move_mount,m,"",dfd,path,MOVE_MOUNT_F_EMPTY_PATH)<0)die(step); close(m);}
static const char*optarg_(int c,char**v,const char*k,const char*d){size_t n=strlen(k);for(int i=1;i<c;i++)if(!strncmp(v[i],k,n)&&v[i][n]=='=')return v[i]+n+1;return d;}
// --- rtnetlink
static char nb[4096]; static int nl; 
static struct nlmsghdr*nm(int type,int flags,void*h,int hl){struct nlmsghdr*n=(void*)(nb+nl);memset(n,0,sizeof*n);n->nlmsg_len=NLMSG_LENGTH(hl);n->nlmsg_type=type;n->nlmsg_flags=NLM_F_REQUEST|flags;n->nlmsg_seq=1;memcpy(NLMSG_DATA(n),h,hl);nl+=NLMSG_ALIGN(n->nlmsg_len);return n;}
static struct rtattr*at(struct nlmsghdr*n,int t,const void*d,int l){struct rtattr*a=(void*)((char*)n+NLMSG_ALIGN(n->nlmsg_len));a->rta_type=t;a->rta_len=RTA_LENGTH(l);if(d)memcpy(RTA_DATA(a),d,l);n->nlmsg_len=NLMSG_ALIGN(n->nlmsg_len)+RTA_ALIGN(a->rta_len);nl=(char*)n+NLMSG_ALIGN(n->nlmsg_len)-nb;return a;}
static void endat(struct nlmsghdr*n,struct rtattr*a){a->rta_len=(char*)n+NLMSG_ALIGN(n->nlmsg_len)-(char*)a;}
static int nlgo(int expect,const char*step){int s=socket(AF_NETLINK,SOCK_RAW|SOCK_CLOEXEC,0);if(s<0)die(step);if(send(s,nb,nl,0)<0)die(step);char r[8192];int got=0;while(got<expect){int k=recv(s,r,sizeof r,0);if(k<=0)die(step);for(struct nlmsghdr*h=(void*)r;NLMSG_OK(h,k);h=NLMSG_NEXT(h,k)){if(h->nlmsg_type==NLMSG_ERROR){int e=((struct nlmsgerr*)NLMSG_DATA(h))->error;got++;if(e){errno=-e;die(step);}}}}close(s);nl=0;return 0;}
static int newuser=1,newnet=1,tmpl=0,seccomp_=1,landlock_=0,veth=0,vm=0,initproc=0,mapn=1,newmode=1; static const char*root="/";static const char*bpf=0;static char**cargv; static int rootfd=-1; static char*STK; static int ifup=1; static pid_t kept[20000]; static int flags_pool,newuser_parent=1; static struct sock_fprog prog; static int pool,hold,fullproc,epipe[2]={-1,-1};
static int child(void*x){ (void)x;
  st("child-start");
  if(newuser||veth){ while(!S->go) syscall(SYS_futex,&S->go,0,0,0,0,0); }
  st("map-sync");
  if(newuser){ if(syscall(SYS_setresgid,0,0,0)||syscall(SYS_setresuid,0,0,0))die("setresuid0"); }
  if(!newuser) if(mount(0,"/",0,MS_REC_|MS_SLAVE_,0))die("slave");
  if(ifup&&newnet){ nl=0; struct ifinfomsg i={.ifi_family=AF_UNSPEC,.ifi_index=1,.ifi_flags=IFF_UP,.ifi_change=IFF_UP}; nm(RTM_NEWLINK,NLM_F_ACK,&i,sizeof i); int exp=1;
    if(veth){ struct ifinfomsg j={.ifi_index=2,.ifi_flags=IFF_UP,.ifi_change=IFF_UP}; nm(RTM_NEWLINK,NLM_F_ACK,&j,sizeof j); struct ifaddrmsg a={.ifa_family=AF_INET6,.ifa_prefixlen=64,.ifa_flags=IFA_F_NODAD,.ifa_index=2}; struct in6_addr ad; inet_pton(AF_INET6,"fd00:1::2",&ad); struct nlmsghdr*n=nm(RTM_NEWADDR,NLM_F_ACK|NLM_F_CREATE,&a,sizeof a); at(n,IFA_LOCAL,&ad,16); inet_pton(AF_INET6,"fd00:1::1",&ad); struct rtmsg r={.rtm_family=AF_INET6,.rtm_table=RT_TABLE_MAIN,.rtm_protocol=RTPROT_STATIC,.rtm_type=RTN_UNICAST}; int idx=2; n=nm(RTM_NEWROUTE,NLM_F_ACK|NLM_F_CREATE,&r,sizeof r); at(n,RTA_GATEWAY,&ad,16); at(n,RTA_OIF,&idx,4); exp=4; }
    nlgo(exp,"lo-up"); }
  st("net-config");
  syscall(SYS_sethostname,"p",1);
  int rf=rootfd; if(tmpl==3){ if(chdir("/"))die("cd"); goto mounts; }
  if(rf<0){ rf=syscall(SYS_open_tree,AT_FDCWD,root,OPEN_TREE_CLONE|OPEN_TREE_CLOEXEC|AT_RECURSIVE); if(rf<0)die("open_tree"); st("open_tree");
    struct mount_attr a={.attr_set=MOUNT_ATTR_RDONLY|MOUNT_ATTR_NOSUID}; if(syscall(SYS_mount_setattr,rf,"",AT_EMPTY_PATH|AT_RECURSIVE,&a,sizeof a))die("mount_setattr-ro"); st("mount_setattr"); }
  if(syscall(SYS_move_mount,rf,"",AT_FDCWD,"/tmp",MOVE_MOUNT_F_EMPTY_PATH)<0)die("move_mount root"); if(fchdir(rf)||chdir("/tmp"))die("chdir"); 
  st("move_root"); mounts:
  { const char*o[][2]={{"hidepid","invisible"},{fullproc?NULL:"subset","pid"},{0}}; attach(fsmk("proc",o,MOUNT_ATTR_NOSUID|MOUNT_ATTR_NODEV|MOUNT_ATTR_NOEXEC,"proc"),AT_FDCWD,"proc","proc"); } st("proc");
  { const char*o[][2]={{"size","64m"},{"nr_inodes","16384"},{"mode","1777"},{0}}; attach(fsmk("tmpfs",o,MOUNT_ATTR_NOSUID|MOUNT_ATTR_NODEV,"tmp"),AT_FDCWD,"tmp","tmp"); } st("tmp");
  if(!tmpl){ static const char*dn[]={"null","zero","full","random","urandom","tty"}; int d[6]; for(int i=0;i<6;i++){char p[32];snprintf(p,32,"/dev/%s",dn[i]); d[i]=syscall(SYS_open_tree,AT_FDCWD,p,OPEN_TREE_CLONE|OPEN_TREE_CLOEXEC); if(d[i]<0)die("dev-open");}
    const char*o[][2]={{"size","64k"},{"mode","0755"},{0}}; int m=fsmk("tmpfs",o,MOUNT_ATTR_NOSUID|MOUNT_ATTR_NOEXEC,"dev"); attach(m,AT_FDCWD,"dev","dev"); 
    for(int i=0;i<6;i++){char p[32];snprintf(p,32,"dev/%s",dn[i]); int f=open(p,O_CREAT|O_WRONLY|O_CLOEXEC,0444); if(f<0)die("dev-touch"); close(f); attach(d[i],AT_FDCWD,p,"dev-bind");}
    mkdir("dev/pts",0755); mkdir("dev/shm",0755); symlink("/proc/self/fd","dev/fd"); symlink("/proc/self/fd/0","dev/stdin"); symlink("/proc/self/fd/1","dev/stdout"); symlink("/proc/self/fd/2","dev/stderr"); symlink("pts/ptmx","dev/ptmx"); } st("dev");
  { const char*o[][2]={{"newinstance",0},{"ptmxmode","0666"},{"mode","0620"},{0}}; attach(fsmk("devpts",o,MOUNT_ATTR_NOSUID|MOUNT_ATTR_NOEXEC,"devpts"),AT_FDCWD,"dev/pts","devpts"); } st("devpts");
  if(tmpl!=3){ if(syscall(SYS_pivot_root,".","."))die("pivot_root"); if(umount2(".",2))die("umount old"); if(chdir("/"))die("chdir /"); } st("pivot+umount");
  { struct mount_attr a={.attr_set=0,.propagation=1<<18}; syscall(SYS_mount_setattr,AT_FDCWD,"/",AT_RECURSIVE,&a,sizeof a); }
  if(syscall(SYS_close_range,3,~0U,CLOSE_RANGE_CLOEXEC))die("close_range");
  for(int c=0;c<=40;c++) prctl(PR_CAPBSET_DROP,c,0,0,0);
  if(prctl(PR_SET_NO_NEW_PRIVS,1,0,0,0))die("nnp");
  { struct {uint32_t v;int p;}h={0x20080522,0}; struct{uint32_t e,p,i;}d[2]={{0}}; if(newmode&&syscall(SYS_capset,&h,d))die("capset"); } st("caps");
  if(landlock_){ struct {uint64_t handled_access_fs,handled_access_net,scoped;} ra={0xffff,3,3}; int r=syscall(SYS_landlock_create_ruleset,&ra,sizeof ra,0); if(r<0)die("ll-create"); const char*ps[]={"/usr","/etc","/proc","/dev","/tmp","/bin","/lib","/lib64"}; uint64_t acc[]={13,13,12,0x100fe&0xffff,0xffff,13,13,13}; for(int i=0;i<8;i++){ struct landlock_path_beneath_attr pb={.allowed_access=acc[i]&0xffff,.parent_fd=open(ps[i],O_PATH|O_CLOEXEC)}; if(pb.parent_fd<0)continue; if(syscall(SYS_landlock_add_rule,r,LANDLOCK_RULE_PATH_BENEATH,&pb,0))die("ll-add"); close(pb.parent_fd);} if(syscall(SYS_landlock_restrict_self,r,0))die("ll-self"); close(r);} st("landlock");
  if(prog.len) if(syscall(SYS_seccomp,SECCOMP_SET_MODE_FILTER,0,&prog))die("seccomp"); st("seccomp");
  if(initproc){ pid_t p=fork(); if(p==0){ st("exec"); execv(cargv[0],cargv); die("exec"); } int s; while(1){pid_t q=wait(&s); if(q==p)break;} _exit(WIFEXITED(s)?WEXITSTATUS(s):1); }
  st("exec"); char*env[]={"PATH=/usr/bin:/bin",NULL}; execve(cargv[0],cargv,env); die("exec"); return 1; }
int main(int c,char**v){
  timing=atoi(optarg_(c,v,"timing","0")); newuser=atoi(optarg_(c,v,"user","1")); newnet=atoi(optarg_(c,v,"net","1")); landlock_=atoi(optarg_(c,v,"landlock","0")); bpf=optarg_(c,v,"bpf",NULL); root=optarg_(c,v,"root","/"); tmpl=atoi(optarg_(c,v,"tmpl","0")); veth=atoi(optarg_(c,v,"veth","0")); vm=atoi(optarg_(c,v,"vm","0")); initproc=atoi(optarg_(c,v,"init","0")); ifup=atoi(optarg_(c,v,"ifup","1")); pool=atoi(optarg_(c,v,"pool","0")); hold=atoi(optarg_(c,v,"hold","0")); int gap=atoi(optarg_(c,v,"gap","0")); int keep=atoi(optarg_(c,v,"keep","0")); fullproc=atoi(optarg_(c,v,"fullproc","0"));
  const char*cgp=optarg_(c,v,"cgroup",NULL); int loops=atoi(optarg_(c,v,"loops","1")); int ballast=atoi(optarg_(c,v,"ballast","0")); const char*nsm=optarg_(c,v,"ns",NULL); int nopid=atoi(optarg_(c,v,"nopid","0"));
  int i; for(i=1;i<c;i++) if(!strcmp(v[i],"--"))break; static char*dt[]={"/bin/true",0}; cargv=i<c?v+i+1:dt;
  S=mmap(0,sizeof*S,3,MAP_SHARED|MAP_ANONYMOUS,-1,0); STK=(char*)mmap(0,65536,3,MAP_PRIVATE|MAP_ANONYMOUS,-1,0)+65536;
  if(ballast){ char*b=mmap(0,(size_t)ballast<<20,3,MAP_PRIVATE|MAP_ANONYMOUS,-1,0); madvise(b,(size_t)ballast<<20,MADV_NOHUGEPAGE); memset(b,1,(size_t)ballast<<20);}
  if(bpf){ int f=open(bpf,O_RDONLY|O_CLOEXEC); if(f<0)die("bpf"); struct stat sb; fstat(f,&sb); prog.filter=mmap(0,sb.st_size,PROT_READ,MAP_PRIVATE,f,0); prog.len=sb.st_size/8; close(f);}
  int tree=-1; if(tmpl){ // host prepares a minimal template once: tmpfs root + /usr bind + shared ro /dev
    if(unshare(CLONE_NEWNS)||mount(0,"/",0,MS_REC_|(1<<18),0))die("tmpl-ns"); const char*o[][2]={{"size","1m"},{"mode","0755"},{0}}; int usr=syscall(SYS_open_tree,AT_FDCWD,"/usr",OPEN_TREE_CLONE|OPEN_TREE_CLOEXEC), etc=syscall(SYS_open_tree,AT_FDCWD,"/etc",OPEN_TREE_CLONE|OPEN_TREE_CLOEXEC); 
    int m=fsmk("tmpfs",o,MOUNT_ATTR_NOSUID,"tmpl"); attach(dup(m),AT_FDCWD,"/mnt","tmpl"); close(m); if(chdir("/mnt"))die("x"); const char*ds[]={"usr","etc","proc","tmp","dev","var",0}; for(int k=0;ds[k];k++)mkdir(ds[k],0755); symlink("usr/bin","bin");symlink("usr/lib","lib");symlink("usr/lib64","lib64");symlink("usr/sbin","sbin"); attach(usr,AT_FDCWD,"usr","usr"); attach(etc,AT_FDCWD,"etc","etc"); int d=fsmk("tmpfs",o,MOUNT_ATTR_NOSUID|MOUNT_ATTR_NOEXEC,"tmpl"); attach(d,AT_FDCWD,"dev","dev"); umask(0); mknod("dev/null",S_IFCHR|0666,0x103);mknod("dev/zero",S_IFCHR|0666,0x105);mknod("dev/full",S_IFCHR|0666,0x107);mknod("dev/random",S_IFCHR|0666,0x108);mknod("dev/urandom",S_IFCHR|0666,0x109);mknod("dev/tty",S_IFCHR|0666,0x500);mkdir("dev/pts",0755);mkdir("dev/shm",0777);symlink("/proc/self/fd","dev/fd");symlink("pts/ptmx","dev/ptmx"); umask(022); 
    struct mount_attr a={.attr_set=MOUNT_ATTR_RDONLY|MOUNT_ATTR_NOSUID}; if(syscall(SYS_mount_setattr,AT_FDCWD,"/mnt",AT_RECURSIVE,&a,sizeof a))die("tmpl-ro"); tree=syscall(SYS_open_tree,AT_FDCWD,"/mnt",OPEN_TREE_CLONE|OPEN_TREE_CLOEXEC|AT_RECURSIVE); if(tree<0)die("tmpl-tree"); chdir("/"); 
    if(tmpl==3){ close(tree); tree=-1; if(chdir("/mnt"))die("t3"); attach(fsmk("proc",NULL,14,"l"),AT_FDCWD,"proc","l"); if(chdir("/mnt")||syscall(SYS_pivot_root,".",".")||umount2(".",2)||chdir("/"))die("tmpl3"); }
    if(tmpl==2){ // launcher lives in a minimal mount ns: pivot onto a bare tmpfs w/ only /proc /tmp
      attach(fsmk("proc",NULL,14,"l"),AT_FDCWD,"/mnt/proc","l"); if(chdir("/mnt")||syscall(SYS_pivot_root,".",".")||umount2(".",2))die("tmpl2"); } }
  int cgfd=-1; if(cgp){mkdir(cgp,0755);cgfd=open(cgp,O_PATH|O_DIRECTORY|O_CLOEXEC);if(cgfd<0)die("cgroup");}
  uint64_t flags=CLONE_NEWNS|CLONE_NEWIPC|CLONE_NEWUTS|CLONE_NEWCGROUP|CLONE_PIDFD|CLONE_CLEAR_SIGHAND; if(!nopid)flags|=CLONE_NEWPID; if(newuser)flags|=CLONE_NEWUSER; if(newnet)flags|=CLONE_NEWNET; if(cgfd>=0)flags|=CLONE_INTO_CGROUP; if(vm)flags|=CLONE_VM; if(nsm)flags=strtoull(nsm,0,0)|CLONE_PIDFD;
  if(nsm){ // bare clone cost of chosen namespaces: child exits at once
    uint64_t *ts=calloc(loops,8); for(int l=0;l<loops;l++){ int pfd; struct clone_args a={.flags=flags,.exit_signal=SIGCHLD,.pidfd=(uintptr_t)&pfd}; uint64_t t0=now(); pid_t p=syscall(SYS_clone3,&a,sizeof a); if(!p)_exit(0); if(p<0)die("clone3"); ts[l]=now()-t0; waitpid(p,0,0); close(pfd);} uint64_t s=0; for(int l=0;l<loops;l++){for(int k=l+1;k<loops;k++)if(ts[k]<ts[l]){uint64_t q=ts[k];ts[k]=ts[l];ts[l]=q;} s+=ts[l];} printf("ns=%s clone3 only: median %.1f us mean %.1f p95 %.1f max %.1f\n",nsm,ts[loops/2]/1e3,s/1e3/loops,ts[loops*95/100]/1e3,ts[loops-1]/1e3); return 0; }
  uint64_t*tot=calloc(loops,8),*tex=calloc(loops,8); int (*pl)[2]=calloc(loops,sizeof*pl);
  if(pool){ for(int l=0;l<loops;l++){ int pfd; struct clone_args a={.flags=CLONE_NEWUSER|CLONE_NEWNET|CLONE_PIDFD,.exit_signal=SIGCHLD,.pidfd=(uintptr_t)&pfd}; pid_t p=syscall(SYS_clone3,&a,sizeof a); if(!p){ for(;;)pause(); } if(p<0)die("pool"); char f[64]; snprintf(f,64,"/proc/%d/uid_map",p); wr(f,"0 1065536 65536"); snprintf(f,64,"/proc/%d/gid_map",p); wr(f,"0 1065536 65536"); pl[l][0]=ioctl(pfd,0xff09,0); pl[l][1]=ioctl(pfd,0xff04,0); if(pl[l][0]<0||pl[l][1]<0)die("pool-ns"); kill(p,9); waitpid(p,0,0); close(pfd); } flags_pool=1; } static double acc[64]; static char nm_[64][24]; static int na; int rc=0;
  for(int l=0;l<loops;l++){ S->go=0;S->n=0; uint64_t t0=now(); st("t0");
    if(tree>=0){ rootfd=syscall(SYS_open_tree,tree,"",OPEN_TREE_CLONE|OPEN_TREE_CLOEXEC|AT_RECURSIVE|AT_EMPTY_PATH); if(rootfd<0)die("tree-clone"); st("tmpl-clone"); }
    int pfd=-1; struct clone_args a={.flags=flags,.exit_signal=SIGCHLD,.pidfd=(uintptr_t)&pfd,.cgroup=cgfd}; 
    pipe2(epipe,O_CLOEXEC); pid_t p; if(pool){ a.flags&=~(CLONE_NEWUSER|CLONE_NEWNET); struct clone_args b={.flags=CLONE_PIDFD|CLONE_VFORK|CLONE_VM,.pidfd=(uintptr_t)&pfd}; 
      struct clone_args w={.flags=0,.exit_signal=SIGCHLD}; int sp[2]; p=syscall(SYS_clone3,&w,sizeof w); if(!p){ if(setns(pl[l][0],CLONE_NEWUSER)||setns(pl[l][1],CLONE_NEWNET))die("setns"); a.flags|=CLONE_PARENT; a.exit_signal=0; pid_t q=syscall(SYS_clone3,&a,sizeof a); if(q==0){ S->go=1; child(NULL);} if(q<0)die("pool-clone3"); _exit(0);} int s0; waitpid(p,&s0,0); p=-1; newuser_parent=0; }
    else if(vm){ p=clone(child,STK,(int)(flags&~(CLONE_CLEAR_SIGHAND|CLONE_INTO_CGROUP))|SIGCHLD,NULL,&pfd); } else { p=syscall(SYS_clone3,&a,sizeof a); if(!p) child(NULL); }
    if(p<0&&!pool)die("clone3"); st("clone3-ret");
    if(newuser&&newuser_parent){ char f[64],m[64]; snprintf(m,64,"0 %d 65536",1000000+65536); snprintf(f,64,"/proc/%d/uid_map",p); if(wr(f,m))die("uid_map"); snprintf(f,64,"/proc/%d/gid_map",p); if(wr(f,m))die("gid_map"); st("maps-written"); }
    if(veth){ nl=0; struct ifinfomsg i={.ifi_flags=IFF_UP,.ifi_change=IFF_UP}; char h[16]; snprintf(h,16,"vp%d",p); struct nlmsghdr*n=nm(RTM_NEWLINK,NLM_F_ACK|NLM_F_CREATE|NLM_F_EXCL,&i,sizeof i); at(n,IFLA_IFNAME,h,strlen(h)+1); struct rtattr*li=at(n,IFLA_LINKINFO,0,0); at(n,IFLA_INFO_KIND,"veth",4); struct rtattr*da=at(n,IFLA_INFO_DATA,0,0); struct ifinfomsg pi={.ifi_index=2}; struct rtattr*pe=at(n,VETH_INFO_PEER,&pi,sizeof pi); at(n,IFLA_IFNAME,"eth0",5); uint32_t pp=p; at(n,IFLA_NET_NS_PID,&pp,4); endat(n,pe);endat(n,da);endat(n,li); nlgo(1,"veth"); st("veth"); }
    S->go=1; syscall(SYS_futex,&S->go,1,1,0,0,0);
    int hm=-1,hn=-1; if(hold){ hm=ioctl(pfd,0xff03,0); hn=ioctl(pfd,0xff04,0); } if(!vm){ close(epipe[1]); char bb; int rr=read(epipe[0],&bb,1); tex[l]=now()-t0; close(epipe[0]); } if(keep){ kept[l]=p; tot[l]=tex[l]; if(rootfd>=0)close(rootfd); close(pfd); continue; }
    int s; waitpid(p,&s,0); st("reaped"); tot[l]=now()-t0; if(vm){close(epipe[1]);close(epipe[0]);} if(hm>=0)close(hm); if(hn>=0)close(hn); if(pool){close(pl[l][0]);close(pl[l][1]);} if(gap)usleep(gap*1000); close(pfd); if(rootfd>=0)close(rootfd); if(!WIFEXITED(s)||WEXITSTATUS(s))rc=WIFEXITED(s)?WEXITSTATUS(s):128+WTERMSIG(s);
    if(timing){ uint64_t prev=S->s[0].t; for(int k=1;k<S->n&&k<64;k++){ int j; for(j=0;j<na;j++)if(!strcmp(nm_[j],S->s[k].name))break; if(j==na)strcpy(nm_[na++],S->s[k].name); 
        // delta vs previous event of the same side approximated by order
        acc[j]+=(S->s[k].t-prev)/1e3; prev=S->s[k].t; } } }
  if(timing){ for(int j=0;j<na;j++)fprintf(stderr,"  %-14s %8.1f us\n",nm_[j],acc[j]/loops); }
  if(loops>1){ uint64_t s=0; for(int l=0;l<loops;l++){for(int k=l+1;k<loops;k++)if(tot[k]<tot[l]){uint64_t q=tot[k];tot[k]=tot[l];tot[l]=q;} s+=tot[l];} printf("launch+exit: min %.1f median %.1f mean %.1f p95 %.1f p99 %.1f max %.1f us (%d loops)\n",tot[0]/1e3,tot[loops/2]/1e3,s/1e3/loops,tot[loops*95/100]/1e3,tot[loops*99/100]/1e3,tot[loops-1]/1e3,loops); }
  if(loops>1&&!vm){ for(int l=0;l<loops;l++)for(int k=l+1;k<loops;k++)if(tex[k]<tex[l]){uint64_t q=tex[k];tex[k]=tex[l];tex[l]=q;} printf("launch->exec: min %.1f median %.1f p95 %.1f max %.1f us\n",tex[0]/1e3,tex[loops/2]/1e3,tex[loops*95/100]/1e3,tex[loops-1]/1e3); }
  if(keep){ printf("kept %d partitions; enter to end\n",loops); fflush(stdout); char b; read(0,&b,1); uint64_t t=now(); for(int l=0;l<loops;l++)if(kept[l]>0)kill(kept[l],9); for(int l=0;l<loops;l++)if(kept[l]>0)waitpid(kept[l],0,0); printf("killed+reaped all in %.1f ms\n",(now()-t)/1e6); }
  if(cgp)rmdir(cgp); return rc; }
